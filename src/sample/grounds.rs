//! What the ground is: water, parks, squares, yards, and the quarters the town is divided into.

use super::names::Names;
use super::plan::{HOME, RAILWAY, SHORE, Warp};
use super::plane::{Point, cm, curve, left, minus, plus, times, unit};

/// How a quarter is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fabric {
    /// Small attached houses along crooked lanes.
    OldCore,
    /// Closed blocks.
    Blocks,
    /// Slabs in green.
    Slabs,
    /// Small apartment houses.
    Small,
    /// Detached houses.
    Villas,
    /// Halls.
    Halls,
    /// Yards with few buildings.
    Sparse,
}

/// A quarter: a named part of the town.
#[derive(Debug, Clone)]
pub struct District {
    /// Name.
    pub name: String,
    /// How it is built.
    pub fabric: Fabric,
    /// Outline, first vertex not repeated.
    pub ring: Vec<Point>,
    /// Whether it is the quarter in which no hotspot is planted.
    pub quiet: bool,
}

/// A kind of ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surface {
    /// Sea.
    Water,
    /// Park.
    Park,
    /// Square.
    Square,
    /// School yard.
    SchoolYard,
    /// Playing field.
    Sports,
    /// Parking.
    Parking,
    /// Churchyard.
    Churchyard,
    /// Railway.
    Railway,
    /// Beach.
    Beach,
    /// Wood.
    Wood,
    /// Allotment gardens.
    Allotments,
}

impl Surface {
    /// The Swedish word, in layers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Water => "Vatten",
            Self::Park => "Park",
            Self::Square => "Torg",
            Self::SchoolYard => "Skolgård",
            Self::Sports => "Idrottsplats",
            Self::Parking => "Parkering",
            Self::Churchyard => "Kyrkogård",
            Self::Railway => "Järnväg",
            Self::Beach => "Badplats",
            Self::Wood => "Skog",
            Self::Allotments => "Kolonilotter",
        }
    }
}

/// A piece of ground.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Name, or empty.
    pub name: String,
    /// Kind.
    pub surface: Surface,
    /// Outline, first vertex not repeated.
    pub ring: Vec<Point>,
}

/// Quarters as drawn, in the order of [`super::names`]' list.
#[rustfmt::skip]
const QUARTERS: [(Fabric, &[Point]); 10] = [
    (Fabric::OldCore, &[[1938.0, 905.0], [2052.0, 890.0], [2250.0, 900.0], [2390.0, 920.0], [2468.0, 1010.0], [2470.0, 1330.0], [2440.0, 1475.0], [2330.0, 1560.0], [2180.0, 1590.0], [1990.0, 1566.0], [1938.0, 1566.0], [1938.0, 1232.0]]),
    (Fabric::Blocks, &[[1160.0, 890.0], [1560.0, 905.0], [1938.0, 905.0], [1938.0, 1232.0], [1938.0, 1566.0], [1990.0, 1566.0], [2005.0, 1755.0], [1840.0, 1748.0], [1640.0, 1732.0], [1420.0, 1738.0], [1226.0, 1720.0], [1150.0, 1700.0], [1158.0, 1250.0]]),
    (Fabric::Slabs, &[[1150.0, 1700.0], [1226.0, 1720.0], [1420.0, 1738.0], [1640.0, 1732.0], [1840.0, 1748.0], [2005.0, 1755.0], [2022.0, 1950.0], [2000.0, 2150.0], [1870.0, 2300.0], [1650.0, 2345.0], [1420.0, 2300.0], [1250.0, 2150.0], [1150.0, 1930.0]]),
    (Fabric::Small, &[[1125.0, 680.0], [1260.0, 670.0], [1600.0, 660.0], [1900.0, 670.0], [2140.0, 660.0], [2270.0, 690.0], [2390.0, 810.0], [2390.0, 920.0], [2250.0, 900.0], [2052.0, 890.0], [1938.0, 905.0], [1560.0, 905.0], [1160.0, 890.0]]),
    (Fabric::Villas, &[[1260.0, 670.0], [1290.0, 420.0], [1340.0, 250.0], [1350.0, 60.0], [1800.0, 50.0], [2120.0, 100.0], [2245.0, 300.0], [2250.0, 560.0], [2140.0, 660.0], [1900.0, 670.0], [1600.0, 660.0]]),
    (Fabric::Villas, &[[40.0, 1045.0], [300.0, 1066.0], [560.0, 1090.0], [762.0, 1118.0], [752.0, 1400.0], [752.0, 1640.0], [708.0, 2060.0], [640.0, 2280.0], [420.0, 2240.0], [200.0, 2080.0], [90.0, 1850.0], [60.0, 1400.0]]),
    (Fabric::Halls, &[[30.0, 240.0], [300.0, 220.0], [760.0, 240.0], [780.0, 560.0], [774.0, 1080.0], [560.0, 1060.0], [300.0, 1036.0], [40.0, 1008.0]]),
    (Fabric::Sparse, &[[800.0, 1120.0], [1148.0, 1180.0], [1150.0, 1250.0], [1140.0, 1700.0], [1100.0, 1960.0], [740.0, 1960.0], [790.0, 1640.0], [788.0, 1400.0]]),
    (Fabric::Halls, &[[818.0, 300.0], [1085.0, 300.0], [1142.0, 900.0], [1150.0, 1150.0], [840.0, 1075.0], [816.0, 1000.0]]),
    (Fabric::Villas, &[[1990.0, 1566.0], [2180.0, 1590.0], [2330.0, 1560.0], [2440.0, 1475.0], [2540.0, 1670.0], [2540.0, 1860.0], [2520.0, 1980.0], [2590.0, 2250.0], [2480.0, 2520.0], [2200.0, 2450.0], [2000.0, 2150.0], [2022.0, 1950.0], [2005.0, 1755.0]]),
];

/// The quarter of the list above that gets no hotspot.
const QUIET: usize = 4;

#[rustfmt::skip]
const GROUNDS: &[(&str, Surface, &[Point])] = &[
    ("Stadsparken", Surface::Park, &[[1246.0, 1562.0], [1420.0, 1568.0], [1640.0, 1580.0], [1850.0, 1588.0], [1972.0, 1592.0], [1996.0, 1744.0], [1840.0, 1736.0], [1640.0, 1721.0], [1420.0, 1727.0], [1246.0, 1710.0]]),
    ("Torget", Surface::Square, &[[2094.0, 1282.0], [2181.0, 1272.0], [2186.0, 1204.0], [2096.0, 1207.0]]),
    ("Stationstorget", Surface::Square, &[[1172.0, 1214.0], [1220.0, 1214.0], [1221.0, 1262.0], [1172.0, 1262.0]]),
    ("", Surface::SchoolYard, &[[838.0, 1190.0], [1076.0, 1205.0], [1072.0, 1330.0], [1005.0, 1384.0], [884.0, 1390.0], [826.0, 1384.0]]),
    ("Ängens idrottsplats", Surface::Sports, &[[856.0, 1484.0], [1066.0, 1478.0], [1070.0, 1650.0], [862.0, 1652.0]]),
    ("Pendlarparkeringen", Surface::Parking, &[[940.0, 925.0], [1040.0, 932.0], [1038.0, 1025.0], [936.0, 1014.0]]),
    ("Hamnparkeringen", Surface::Parking, &[[2342.0, 1365.0], [2406.0, 1362.0], [2376.0, 1436.0], [2336.0, 1450.0]]),
    ("Norra parkeringen", Surface::Parking, &[[1690.0, 1950.0], [1790.0, 1955.0], [1786.0, 2000.0], [1688.0, 1995.0]]),
    ("Kyrkogården", Surface::Churchyard, &[[2076.0, 1368.0], [2172.0, 1362.0], [2186.0, 1436.0], [2164.0, 1490.0], [2068.0, 1478.0], [2080.0, 1432.0]]),
    ("Badet", Surface::Beach, &[[2510.0, 1690.0], [2545.0, 1700.0], [2556.0, 1765.0], [2532.0, 1850.0], [2508.0, 1850.0], [2512.0, 1770.0]]),
    ("Sjölunden", Surface::Park, &[[2225.0, 600.0], [2270.0, 590.0], [2305.0, 705.0], [2380.0, 805.0], [2345.0, 850.0], [2310.0, 790.0], [2255.0, 715.0]]),
    ("Koloniområdet", Surface::Allotments, &[[2150.0, 720.0], [2215.0, 720.0], [2280.0, 805.0], [2300.0, 880.0], [2150.0, 875.0]]),
    ("", Surface::Wood, &[[-420.0, 1180.0], [-160.0, 1120.0], [0.0, 1230.0], [20.0, 1500.0], [40.0, 1820.0], [-120.0, 2100.0], [-420.0, 2000.0], [-560.0, 1600.0]]),
    ("", Surface::Wood, &[[800.0, 2080.0], [1020.0, 2010.0], [1000.0, 2300.0], [900.0, 2620.0], [680.0, 2700.0], [720.0, 2380.0]]),
    ("", Surface::Wood, &[[1180.0, 2330.0], [1420.0, 2400.0], [1700.0, 2420.0], [1960.0, 2330.0], [2180.0, 2480.0], [2230.0, 2760.0], [1800.0, 2840.0], [1300.0, 2700.0]]),
    ("", Surface::Wood, &[[-300.0, 100.0], [0.0, 120.0], [-10.0, 420.0], [20.0, 760.0], [-240.0, 880.0], [-520.0, 620.0]]),
    ("", Surface::Wood, &[[1120.0, 80.0], [1290.0, 100.0], [1270.0, 300.0], [1210.0, 520.0], [1140.0, 480.0]]),
    ("", Surface::Wood, &[[1500.0, -60.0], [1850.0, -80.0], [2180.0, -30.0], [2240.0, 60.0], [2120.0, 70.0], [1800.0, 30.0], [1500.0, 40.0]]),
];

/// A ring bent with the town: straight sides get a vertex about every 40 m so that they bend too.
fn bent(ring: &[Point], warp: &Warp) -> Vec<Point> {
    let mut bent = Vec::new();
    for (index, &a) in ring.iter().enumerate() {
        let b = ring[(index + 1) % ring.len()];
        let count = super::plane::pieces(super::plane::distance(a, b), 40.0);
        for piece in 0..count {
            let t = super::plane::real(piece) / super::plane::real(count);
            bent.push(warp.place(plus(a, times(minus(b, a), t))));
        }
    }
    bent
}

/// A ring without sharp corners: the curve through its vertices, which overlaps its start so that both ends turn alike.
fn rounded(ring: &[Point]) -> Vec<Point> {
    let around: Vec<Point> = ring.iter().cycle().take(ring.len() + 3).copied().collect();
    let line = curve(&around, 40.0);
    let start = line.iter().position(|&p| p == ring[1]).unwrap_or(0);
    let end = line.iter().rposition(|&p| p == ring[1]).unwrap_or(line.len());
    line[start..end].to_vec()
}

/// The quarters.
pub fn districts(names: &Names, warp: &Warp) -> Vec<District> {
    let each = QUARTERS.iter().zip(&names.quarters).enumerate();
    each.map(|(index, (&(fabric, ring), name))| District {
        name: name.clone(),
        fabric,
        ring: bent(ring, warp),
        quiet: index == QUIET,
    })
    .collect()
}

/// The grounds; the first is the water.
pub fn grounds(warp: &Warp) -> Vec<Ground> {
    let shore: Vec<Point> = curve(SHORE, 30.0);
    let mut water: Vec<Point> = shore.iter().map(|&p| warp.place(p)).collect();
    water.extend([[3900.0, 3350.0], [3900.0, -1250.0]].map(|p| warp.place(p)));
    let mut all = vec![Ground { name: String::new(), surface: Surface::Water, ring: water }];
    let centre: Vec<Point> = curve(RAILWAY, 60.0).into_iter().map(|p| warp.place(p)).collect();
    let side = |width: f64| {
        let last = centre.len() - 1;
        let centre = &centre;
        (0..=last).map(move |index| {
            let ahead = minus(centre[(index + 1).min(last)], centre[index.saturating_sub(1)]);
            cm(plus(centre[index], times(left(unit(ahead)), width)))
        })
    };
    let mut track: Vec<Point> = side(6.0).collect();
    track.extend(side(-6.0).rev());
    all.push(Ground { name: "Järnvägen".to_owned(), surface: Surface::Railway, ring: track });
    all.extend(GROUNDS.iter().map(|&(name, surface, ring)| {
        let soft = matches!(surface, Surface::Wood | Surface::Beach) || name == "Sjölunden";
        let ring = if soft { bent(&rounded(ring), warp) } else { bent(ring, warp) };
        Ground { name: name.to_owned(), surface, ring }
    }));
    all
}

/// The municipality's outline.
pub fn outline(warp: &Warp) -> Vec<Point> {
    bent(HOME, warp)
}
