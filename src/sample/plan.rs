//! The drawing that every seed starts from: control points of streets, quarters and grounds in metres east and north
//! of the town's south-west corner. The seed bends it ([`Warp`]), names it and builds on it.

use super::names::{Name, Pool};
use super::plane::{Point, cell, cm, plus};
use super::streets::{Class, Keeper};
use crate::domain::random::Stream;

/// The south-west corner of the drawing in SWEREF 99 TM. Open water in Kalmarsund: nobody can take it for a real town.
pub const ORIGIN: Point = [598_500.0, 6_318_700.0];

/// Side of the lattice of random displacements, in metres.
const LATTICE_M: f64 = 520.0;
/// First lattice point, in lattice steps from the corner, and number of points along a side.
const FIRST: i32 = -5;
const SIDE: usize = 18;
/// Largest displacement along each axis, in metres.
const REACH_M: f64 = 30.0;

/// A smooth bending of the plane: random displacements on a lattice, eased in between.
#[derive(Debug, Clone)]
pub struct Warp(Vec<Point>);

impl Warp {
    /// Draws the displacements.
    pub fn draw(stream: &mut Stream) -> Self {
        let one = |stream: &mut Stream| stream.between(-REACH_M, REACH_M);
        Self((0..SIDE * SIDE).map(|_| [one(stream), one(stream)]).collect())
    }

    fn displacement(&self, column: i32, row: i32) -> Point {
        let index = |step: i32| usize::try_from(step - FIRST).unwrap_or(0).min(SIDE - 1);
        self.0[index(row) * SIDE + index(column)]
    }

    /// Where a point of the drawing comes to lie, in SWEREF 99 TM, rounded to centimetres.
    pub fn place(&self, p: Point) -> Point {
        let (column, row) = cell(p, LATTICE_M);
        let ease = |value: f64, step: i32| {
            let t = value / LATTICE_M - f64::from(step);
            t * t * (3.0 - 2.0 * t)
        };
        let (u, v) = (ease(p[0], column), ease(p[1], row));
        let mix = |a: Point, b: Point, t: f64| [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
        let low = mix(self.displacement(column, row), self.displacement(column + 1, row), u);
        let high = mix(self.displacement(column, row + 1), self.displacement(column + 1, row + 1), u);
        cm(plus(plus(p, mix(low, high, v)), ORIGIN))
    }
}

/// A street before it is bent and named.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// What it is called.
    pub name: Name,
    /// Its class.
    pub class: Class,
    /// Who keeps it.
    pub keeper: Keeper,
    /// Control points.
    pub points: Vec<Point>,
}

use Class::{Cycleway, Industrial, Lane, Local, Main, Pedestrian, Rural, Through};
use Keeper::{Municipal, Private, State};
use Name::{Is, Of, Stem};

/// Centre and radius of the roundabout.
pub const ROUNDABOUT: (Point, f64) = ([790.0, 1085.0], 21.0);

type Drawn = (Name, Class, Keeper, &'static [Point]);

/// Streets drawn by hand. Where two share a point they meet; where they cross they are joined.
#[rustfmt::skip]
const DRAWN: &[Drawn] = &[
    // Through road, and the main street from the west into the core.
    (Stem("leden"), Rural, State, &[[700.0, -1250.0], [735.0, -700.0], [765.0, -250.0], [780.0, 60.0]]),
    (Stem("leden"), Through, State, &[[780.0, 60.0], [800.0, 300.0], [798.0, 560.0], [792.0, 800.0], [790.0, 1064.0]]),
    (Stem("leden"), Through, State, &[[790.0, 1106.0], [776.0, 1240.0], [765.0, 1400.0], [768.0, 1640.0], [725.0, 2050.0], [655.0, 2330.0]]),
    (Stem("leden"), Rural, State, &[[655.0, 2330.0], [590.0, 2560.0], [530.0, 2900.0], [470.0, 3350.0]]),
    (Is("Västra infarten"), Main, Municipal, &[[769.0, 1085.0], [560.0, 1065.0], [300.0, 1042.0], [20.0, 1015.0]]),
    (Is("Västra infarten"), Rural, State, &[[20.0, 1015.0], [-400.0, 960.0], [-900.0, 985.0], [-1350.0, 920.0]]),
    (Is("Stationsgatan"), Main, Municipal, &[[811.0, 1085.0], [960.0, 1112.0], [1150.0, 1165.0], [1235.0, 1205.0]]),
    // The old core.
    (Is("Storgatan"), Pedestrian, Municipal, &[[1938.0, 1232.0], [2010.0, 1226.0], [2087.0, 1240.0]]),
    (Is("Torget"), Lane, Municipal, &[[2085.0, 1288.0], [2187.0, 1278.0], [2193.0, 1196.0], [2089.0, 1200.0], [2087.0, 1240.0], [2085.0, 1288.0]]),
    (Is("Kyrkogatan"), Local, Municipal, &[[2085.0, 1288.0], [2056.0, 1352.0], [2062.0, 1440.0], [2035.0, 1500.0], [1990.0, 1566.0]]),
    (Is("Hamngatan"), Local, Municipal, &[[2190.0, 1238.0], [2270.0, 1226.0], [2360.0, 1240.0], [2434.0, 1230.0]]),
    (Is("Västra Långgatan"), Local, Municipal, &[[2089.0, 1200.0], [2070.0, 1130.0], [2090.0, 1060.0], [2052.0, 990.0], [1940.0, 933.0]]),
    (Is("Östra Långgatan"), Local, Municipal, &[[2193.0, 1196.0], [2226.0, 1122.0], [2212.0, 1050.0], [2252.0, 990.0], [2330.0, 962.0], [2415.0, 985.0]]),
    (Is("Skeppsbron"), Main, Municipal, &[[2415.0, 985.0], [2428.0, 1100.0], [2434.0, 1230.0], [2426.0, 1350.0], [2392.0, 1455.0], [2300.0, 1532.0], [2180.0, 1572.0], [1990.0, 1566.0]]),
    (Of(Pool::Lane, 0), Lane, Municipal, &[[1940.0, 1120.0], [2010.0, 1112.0], [2070.0, 1130.0], [2150.0, 1140.0], [2226.0, 1122.0]]),
    (Of(Pool::Lane, 1), Lane, Municipal, &[[2226.0, 1122.0], [2330.0, 1134.0], [2428.0, 1118.0]]),
    (Of(Pool::Lane, 2), Lane, Municipal, &[[2056.0, 1352.0], [2165.0, 1344.0], [2285.0, 1352.0], [2426.0, 1344.0]]),
    (Of(Pool::Lane, 3), Lane, Municipal, &[[2187.0, 1278.0], [2165.0, 1344.0], [2196.0, 1430.0], [2180.0, 1572.0]]),
    (Of(Pool::Lane, 4), Lane, Municipal, &[[1936.0, 1330.0], [2000.0, 1362.0], [2056.0, 1352.0]]),
    (Of(Pool::Lane, 5), Lane, Municipal, &[[2090.0, 1060.0], [2150.0, 1042.0], [2212.0, 1050.0]]),
    (Of(Pool::Lane, 6), Lane, Municipal, &[[2270.0, 1226.0], [2285.0, 1352.0], [2304.0, 1440.0], [2300.0, 1532.0]]),
    (Of(Pool::Lane, 7), Lane, Municipal, &[[2330.0, 962.0], [2318.0, 1045.0], [2330.0, 1134.0], [2348.0, 1240.0]]),
    // West of the through road: villas in loops.
    (Is("Höjdvägen"), Main, Municipal, &[[765.0, 1400.0], [640.0, 1392.0], [480.0, 1422.0], [330.0, 1402.0], [200.0, 1470.0], [165.0, 1620.0], [205.0, 1790.0], [320.0, 1895.0], [500.0, 1885.0], [640.0, 1810.0], [757.0, 1780.0]]),
    (Of(Pool::Tree, 0), Local, Municipal, &[[480.0, 1422.0], [462.0, 1535.0], [540.0, 1640.0], [512.0, 1760.0], [500.0, 1885.0]]),
    (Of(Pool::Tree, 1), Local, Municipal, &[[200.0, 1470.0], [320.0, 1520.0], [462.0, 1535.0]]),
    (Of(Pool::Tree, 2), Local, Municipal, &[[205.0, 1790.0], [330.0, 1755.0], [395.0, 1650.0], [320.0, 1520.0]]),
    (Of(Pool::Tree, 3), Local, Municipal, &[[640.0, 1392.0], [662.0, 1510.0], [640.0, 1625.0], [540.0, 1640.0]]),
    (Of(Pool::Tree, 4), Local, Municipal, &[[560.0, 1065.0], [548.0, 1180.0], [478.0, 1275.0], [480.0, 1422.0]]),
    (Of(Pool::Tree, 5), Local, Municipal, &[[300.0, 1042.0], [312.0, 1165.0], [478.0, 1275.0]]),
    (Of(Pool::Tree, 6), Local, Municipal, &[[312.0, 1165.0], [205.0, 1230.0], [170.0, 1345.0], [200.0, 1470.0]]),
    (Of(Pool::Tree, 7), Local, Municipal, &[[640.0, 1392.0], [662.0, 1285.0], [640.0, 1180.0], [690.0, 1130.0]]),
    (Of(Pool::Tree, 8), Local, Municipal, &[[320.0, 1895.0], [305.0, 2030.0], [410.0, 2120.0], [560.0, 2090.0], [716.0, 2085.0]]),
    (Of(Pool::Tree, 9), Local, Municipal, &[[500.0, 1885.0], [520.0, 1985.0], [560.0, 2090.0], [545.0, 2200.0]]),
    (Of(Pool::Tree, 10), Local, Municipal, &[[512.0, 1760.0], [590.0, 1740.0], [655.0, 1700.0]]),
    // South-west: industry.
    (Is("Industrigatan"), Industrial, Municipal, &[[798.0, 560.0], [640.0, 562.0], [420.0, 548.0], [200.0, 575.0], [110.0, 700.0], [120.0, 880.0], [150.0, 1027.0]]),
    (Of(Pool::Industry, 0), Industrial, Municipal, &[[640.0, 562.0], [640.0, 760.0], [632.0, 1071.0]]),
    (Of(Pool::Industry, 1), Industrial, Municipal, &[[420.0, 548.0], [428.0, 760.0], [424.0, 1053.0]]),
    (Of(Pool::Industry, 2), Industrial, Municipal, &[[110.0, 752.0], [428.0, 760.0], [640.0, 760.0]]),
    (Of(Pool::Industry, 3), Industrial, Municipal, &[[640.0, 562.0], [640.0, 380.0], [560.0, 310.0], [405.0, 330.0], [420.0, 548.0]]),
    (Of(Pool::Industry, 4), Industrial, Municipal, &[[405.0, 330.0], [300.0, 320.0], [215.0, 400.0], [200.0, 575.0]]),
    // Between the through road and the railway: school, sports, goods yard.
    (Is("Skolvägen"), Local, Municipal, &[[765.0, 1400.0], [880.0, 1412.0], [1010.0, 1405.0], [1085.0, 1350.0], [1098.0, 1250.0], [1090.0, 1147.0]]),
    (Is("Idrottsvägen"), Local, Municipal, &[[880.0, 1412.0], [830.0, 1500.0], [822.0, 1640.0], [900.0, 1690.0], [1040.0, 1690.0]]),
    (Is("Bangårdsgatan"), Industrial, Municipal, &[[792.0, 800.0], [910.0, 806.0], [1030.0, 840.0], [1075.0, 960.0], [1070.0, 1142.0]]),
    (Is("Godsgatan"), Industrial, Municipal, &[[798.0, 560.0], [900.0, 570.0], [990.0, 640.0], [1030.0, 840.0]]),
    // North: slab blocks inside a ring street.
    (Is("Norra Ringvägen"), Main, Municipal, &[[1231.0, 1537.0], [1226.0, 1720.0], [1222.0, 1900.0], [1285.0, 2110.0], [1440.0, 2240.0], [1650.0, 2285.0], [1850.0, 2245.0], [1985.0, 2120.0], [2022.0, 1950.0], [2015.0, 1760.0], [1990.0, 1566.0]]),
    (Is("Parkgatan"), Main, Municipal, &[[1226.0, 1720.0], [1420.0, 1738.0], [1640.0, 1732.0], [1840.0, 1748.0], [2015.0, 1760.0]]),
    (Of(Pool::Sky, 0), Local, Municipal, &[[1420.0, 1738.0], [1428.0, 1900.0], [1420.0, 2060.0], [1440.0, 2240.0]]),
    (Of(Pool::Sky, 1), Local, Municipal, &[[1640.0, 1732.0], [1645.0, 1910.0], [1640.0, 2080.0], [1650.0, 2285.0]]),
    (Of(Pool::Sky, 2), Local, Municipal, &[[1840.0, 1748.0], [1838.0, 1930.0], [1830.0, 2090.0]]),
    (Of(Pool::Sky, 3), Local, Municipal, &[[1222.0, 1900.0], [1428.0, 1900.0], [1645.0, 1910.0], [1838.0, 1930.0], [2022.0, 1950.0]]),
    (Of(Pool::Sky, 4), Local, Municipal, &[[1420.0, 2060.0], [1640.0, 2080.0], [1830.0, 2090.0], [1985.0, 2120.0]]),
    // North-east: the beach.
    (Is("Norra Strandvägen"), Local, Municipal, &[[2180.0, 1572.0], [2290.0, 1640.0], [2395.0, 1750.0], [2430.0, 1900.0], [2400.0, 2060.0], [2430.0, 2230.0], [2370.0, 2400.0]]),
    (Of(Pool::Shore, 0), Local, Municipal, &[[2015.0, 1760.0], [2180.0, 1795.0], [2395.0, 1750.0], [2490.0, 1770.0]]),
    (Of(Pool::Shore, 1), Local, Private, &[[2022.0, 1950.0], [2185.0, 1962.0], [2300.0, 1930.0], [2430.0, 1900.0]]),
    (Of(Pool::Shore, 2), Local, Private, &[[2180.0, 1795.0], [2185.0, 1962.0], [2215.0, 2110.0], [2400.0, 2060.0]]),
    (Of(Pool::Shore, 3), Local, Private, &[[2215.0, 2110.0], [2240.0, 2240.0], [2430.0, 2230.0]]),
    (Of(Pool::Shore, 4), Local, Private, &[[2370.0, 2400.0], [2330.0, 2640.0], [2380.0, 2900.0]]),
    // South of the grid, and the quiet quarter.
    (Is("Södra Järnvägsgatan"), Main, Municipal, &[[1240.0, 905.0], [1245.0, 760.0], [1272.0, 600.0], [1330.0, 430.0], [1392.0, 260.0], [1415.0, 60.0]]),
    (Is("Södra Järnvägsgatan"), Rural, State, &[[1415.0, 60.0], [1420.0, -200.0], [1380.0, -650.0], [1400.0, -1200.0]]),
    (Of(Pool::South, 0), Local, Municipal, &[[1245.0, 760.0], [1400.0, 752.0], [1560.0, 742.0], [1740.0, 760.0], [1900.0, 752.0], [2115.0, 745.0]]),
    (Of(Pool::South, 1), Local, Municipal, &[[1400.0, 752.0], [1400.0, 910.0]]),
    (Of(Pool::South, 2), Local, Municipal, &[[1560.0, 742.0], [1566.0, 915.0]]),
    (Of(Pool::South, 3), Local, Municipal, &[[1740.0, 760.0], [1742.0, 918.0]]),
    (Of(Pool::South, 4), Local, Municipal, &[[1560.0, 742.0], [1600.0, 660.0], [1640.0, 590.0]]),
    (Is("Sjövägen"), Local, Municipal, &[[1272.0, 600.0], [1450.0, 562.0], [1640.0, 590.0], [1820.0, 560.0], [1995.0, 590.0], [2115.0, 745.0], [2110.0, 870.0], [2052.0, 990.0]]),
    (Of(Pool::Bird, 0), Local, Municipal, &[[1330.0, 430.0], [1490.0, 405.0], [1650.0, 445.0], [1640.0, 590.0]]),
    (Of(Pool::Bird, 1), Local, Municipal, &[[1650.0, 445.0], [1800.0, 405.0], [1955.0, 440.0], [1995.0, 590.0]]),
    (Of(Pool::Bird, 2), Local, Municipal, &[[1490.0, 405.0], [1525.0, 285.0], [1670.0, 215.0], [1815.0, 255.0], [1800.0, 405.0]]),
    (Of(Pool::Bird, 3), Local, Municipal, &[[1955.0, 440.0], [2090.0, 410.0], [2140.0, 290.0], [2050.0, 195.0], [1910.0, 205.0], [1815.0, 255.0]]),
    (Of(Pool::Bird, 4), Local, Municipal, &[[1392.0, 260.0], [1525.0, 285.0]]),
    (Of(Pool::Bird, 5), Local, Municipal, &[[2090.0, 410.0], [2185.0, 520.0]]),
    (Of(Pool::Bird, 6), Local, Municipal, &[[1670.0, 215.0], [1665.0, 120.0], [1800.0, 95.0]]),
    // Paths for walking and cycling.
    (Stem("stråket"), Cycleway, Municipal, &[[812.0, 100.0], [822.0, 310.0], [820.0, 545.0], [815.0, 800.0], [818.0, 1030.0], [834.0, 1085.0], [806.0, 1180.0], [790.0, 1290.0], [783.0, 1400.0], [787.0, 1630.0], [745.0, 2060.0], [676.0, 2330.0]]),
    (Is("Infartsstråket"), Cycleway, Municipal, &[[834.0, 1085.0], [826.0, 1128.0], [775.0, 1126.0], [730.0, 1105.0], [560.0, 1086.0], [300.0, 1062.0], [130.0, 1046.0]]),
    (Is("Ängsstråket"), Cycleway, Municipal, &[[1010.0, 1405.0], [1080.0, 1440.0], [1140.0, 1432.0], [1180.0, 1400.0], [1228.0, 1385.0]]),
    (Is("Södra strandpromenaden"), Cycleway, Municipal, &[[2185.0, 520.0], [2205.0, 610.0], [2240.0, 720.0], [2300.0, 800.0], [2330.0, 880.0], [2330.0, 962.0]]),
    (Is("Norra strandpromenaden"), Cycleway, Municipal, &[[2392.0, 1455.0], [2420.0, 1560.0], [2490.0, 1680.0], [2490.0, 1770.0], [2490.0, 1930.0], [2465.0, 2060.0], [2510.0, 2180.0], [2480.0, 2330.0], [2370.0, 2400.0]]),
    (Is("Parkvägen"), Cycleway, Municipal, &[[1395.0, 1548.0], [1480.0, 1625.0], [1640.0, 1645.0], [1800.0, 1625.0], [1990.0, 1566.0]]),
    (Is("Parkstigen"), Cycleway, Municipal, &[[1566.0, 1551.0], [1640.0, 1645.0], [1640.0, 1732.0]]),
    (Is("Sjöstigen"), Cycleway, Municipal, &[[1820.0, 560.0], [1815.0, 660.0], [1740.0, 760.0]]),
    (Is("Ringstigen"), Cycleway, Municipal, &[[1428.0, 1900.0], [1530.0, 1985.0], [1640.0, 2080.0], [1740.0, 2165.0], [1850.0, 2245.0]]),
    (Is("Höjdstigen"), Cycleway, Municipal, &[[540.0, 1640.0], [600.0, 1690.0], [640.0, 1810.0]]),
];

/// Streets of the grid: columns from west to east, rows from south to north. The seed shifts each a little.
fn grid(stream: &mut Stream) -> Vec<Sketch> {
    let shift = |stream: &mut Stream, at: f64, reach: f64| at + stream.between(-reach, reach);
    let columns = [1232.0, 1396.0, 1562.0, 1738.0, 1938.0];
    let rows = [905.0, 1056.0, 1205.0, 1368.0, 1536.0];
    let columns: Vec<f64> =
        (0..5).map(|i| if i % 4 == 0 { columns[i] } else { shift(stream, columns[i], 14.0) }).collect();
    let rows: Vec<f64> = (0..5).map(|i| if i % 2 == 0 { rows[i] } else { shift(stream, rows[i], 12.0) }).collect();
    // The rows rise a little towards the east.
    let node = |column: usize, row: usize| [columns[column], rows[row] + 0.042 * (columns[column] - 1232.0)];
    let mut sketches = Vec::new();
    let named = [
        (Is("Järnvägsgatan"), Main),
        (Of(Pool::Grid, 0), Local),
        (Of(Pool::Grid, 1), Local),
        (Of(Pool::Grid, 2), Local),
        (Is("Östra Vallgatan"), Main),
    ];
    for (column, (name, class)) in named.into_iter().enumerate() {
        let points = (0..5).map(|row| node(column, row)).collect();
        sketches.push(Sketch { name, class, keeper: Municipal, points });
    }
    let named = [
        (Is("Södra Vallgatan"), Main),
        (Of(Pool::Grid, 3), Local),
        (Is("Storgatan"), Main),
        (Of(Pool::Grid, 4), Local),
        (Is("Norra Vallgatan"), Main),
    ];
    for (row, (name, class)) in named.into_iter().enumerate() {
        let mut points: Vec<Point> = (0..5).map(|column| node(column, row)).collect();
        if row == 4 {
            points.push([1990.0, 1566.0]);
        }
        sketches.push(Sketch { name, class, keeper: Municipal, points });
    }
    sketches
}

/// Every street of the drawing but the roundabout, which is a true circle.
pub fn sketches(stream: &mut Stream) -> Vec<Sketch> {
    let drawn =
        DRAWN.iter().map(|&(name, class, keeper, points)| Sketch { name, class, keeper, points: points.to_vec() });
    let mut all: Vec<Sketch> = drawn.collect();
    all.extend(grid(stream));
    all
}

/// Sixteen points around the roundabout, the first to the east, in the plane that is already bent.
pub fn circle(centre: Point, radius: f64) -> Vec<Point> {
    // Cosines of 0, 22.5, 45, 67.5 and 90 degrees: literals, because a sine differs between machines.
    const COS: [f64; 5] = [1.0, 0.923_879_532_511_286_7, std::f64::consts::FRAC_1_SQRT_2, 0.382_683_432_365_089_8, 0.0];
    let cosine = |step: usize| match step % 16 {
        quarter @ 0..=4 => COS[quarter],
        quarter @ 5..=8 => -COS[8 - quarter],
        quarter @ 9..=12 => -COS[quarter - 8],
        quarter => COS[16 - quarter],
    };
    (0..=16).map(|step| cm(plus(centre, [radius * cosine(step), radius * cosine(step + 12)]))).collect()
}

/// The railway's centre line.
pub const RAILWAY: &[Point] = &[
    [985.0, -1250.0],
    [1010.0, -700.0],
    [1060.0, -50.0],
    [1105.0, 500.0],
    [1146.0, 900.0],
    [1152.0, 1250.0],
    [1142.0, 1700.0],
    [1080.0, 2250.0],
    [980.0, 2800.0],
    [905.0, 3350.0],
];

/// The shoreline from south to north; the water lies east of it.
pub const SHORE: &[Point] = &[
    [2380.0, -1250.0],
    [2400.0, -700.0],
    [2300.0, -320.0],
    [2300.0, 60.0],
    [2260.0, 300.0],
    [2270.0, 560.0],
    [2310.0, 700.0],
    [2390.0, 800.0],
    [2420.0, 890.0],
    [2462.0, 960.0],
    [2470.0, 1010.0],
    [2475.0, 1180.0],
    [2472.0, 1330.0],
    [2600.0, 1345.0],
    [2600.0, 1368.0],
    [2466.0, 1372.0],
    [2440.0, 1475.0],
    [2470.0, 1570.0],
    [2540.0, 1670.0],
    [2560.0, 1760.0],
    [2535.0, 1860.0],
    [2520.0, 1980.0],
    [2560.0, 2120.0],
    [2590.0, 2250.0],
    [2550.0, 2400.0],
    [2480.0, 2520.0],
    [2560.0, 2760.0],
    [2500.0, 3000.0],
    [2600.0, 3350.0],
];

/// The municipality's border where it is not a straight line in the water.
pub const HOME: &[Point] = &[
    [-1250.0, -900.0],
    [-700.0, -1080.0],
    [100.0, -1000.0],
    [900.0, -1120.0],
    [1700.0, -1050.0],
    [2600.0, -1100.0],
    [3450.0, -800.0],
    [3650.0, 300.0],
    [3600.0, 1500.0],
    [3700.0, 2600.0],
    [3300.0, 3150.0],
    [2300.0, 3050.0],
    [1500.0, 3180.0],
    [700.0, 3050.0],
    [-100.0, 3150.0],
    [-800.0, 2900.0],
    [-1180.0, 2300.0],
    [-1100.0, 1500.0],
    [-1300.0, 600.0],
];
