//! Places that people go to, from OpenStreetMap: schools, shops, stops, playgrounds, as points.

use std::path::Path;

use geo::{Centroid, Geometry};

use super::gather::{Form, Gathered, Wish, gather};
use super::{MapError, Tags};
use crate::crs::Transform;

/// Keys and the values of them that are places; the value is the kind. All shops are of the kind `shop`.
const KINDS: [(&str, &[&str]); 6] = [
    (
        "amenity",
        &[
            "school",
            "kindergarten",
            "college",
            "university",
            "library",
            "community_centre",
            "social_facility",
            "nursing_home",
            "hospital",
            "clinic",
            "doctors",
            "pharmacy",
            "townhall",
            "police",
            "fire_station",
            "place_of_worship",
            "theatre",
            "cinema",
            "arts_centre",
            "restaurant",
            "fast_food",
            "cafe",
            "bar",
            "pub",
            "nightclub",
            "bank",
            "fuel",
            "marketplace",
            "parking",
            "bicycle_parking",
            "bus_station",
            "ferry_terminal",
        ],
    ),
    ("leisure", &["playground", "park", "pitch", "sports_centre", "sports_hall", "stadium", "swimming_area"]),
    ("tourism", &["hotel", "hostel", "museum", "attraction"]),
    ("highway", &["bus_stop"]),
    ("railway", &["station", "halt", "tram_stop"]),
    ("public_transport", &["station", "platform"]),
];

/// The places of a file, each once, by the first of the keys that tells one. Areas stand at their centroid.
///
/// # Errors
/// Those of [`super::each`].
pub fn read(path: &Path, transform: &Transform) -> Result<Gathered<String>, MapError> {
    let mut found = gather(path, transform, chosen, |one, two| one == two)?;
    let before = found.things.len();
    found.things.retain_mut(|thing| match thing.shape.centroid() {
        Some(centre) => {
            thing.shape = Geometry::Point(centre);
            true
        }
        None => false,
    });
    found.lost += before - found.things.len();
    Ok(found)
}

fn chosen(form: Form, tags: &Tags<'_>) -> Vec<(String, Wish)> {
    let wish = match form {
        Form::Node => Wish::Point,
        Form::Open => Wish::Line,
        Form::Closed | Form::Relation => Wish::Area,
    };
    let known = KINDS.iter().find_map(|(key, values)| tags.get(key).filter(|value| values.contains(value)));
    let shop = || tags.get("shop").filter(|value| !matches!(*value, "no" | "vacant")).map(|_| "shop");
    known.or_else(shop).map(|kind| (kind.to_owned(), wish)).into_iter().collect()
}
