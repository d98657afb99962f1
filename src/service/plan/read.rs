//! Which reader a file of plans is for: its content says, not its name.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use super::Request;
use crate::crs;
use crate::ingest::plan::layers::{Layer, Mapping, Row, read as of_layers};
use crate::ingest::plan::{ngp, ss637040};
use crate::ingest::shapes::{self, ShapeLayer};
use crate::plan::model::Plan;
use crate::service::error::{Error, Refusal, Result};

/// Largest file that is read whole, bytes. Ours: the largest plans that were seen have some megabytes.
const MOST_BYTES: u64 = 200_000_000;

/// Words that stand in every file of the national exchange format.
const NGP: [&[u8]; 2] = [b"vnd.lm.detaljplan", b"feature:typ"];

/// Every plan of the file, in its order.
///
/// # Errors
/// A file that is missing, too large or none of the formats; a mapping that cannot be read; a system that is not known.
pub(super) fn plans(request: &Request<'_>) -> Result<Vec<Plan>> {
    let shown = request.plan.display().to_string();
    let mut plans = match text(request.plan)? {
        Some(bytes) if starts_with(&bytes, b'<') => ss637040::read(&shown, &bytes)?,
        // A collection without these words is an ordinary layer; other JSON is refused as no plan.
        Some(bytes) if NGP.iter().any(|words| holds(&bytes, words)) || !holds(&bytes, b"FeatureCollection") => {
            ngp::read(&shown, &bytes)?
        }
        _ => {
            let mapping = match request.mapping {
                Some(file) => Some(mapping(file)?),
                None => None,
            };
            let layers: Vec<Layer> = shapes::read(request.plan, None)?.into_iter().map(layer).collect();
            of_layers(&shown, &layers, mapping.as_ref())?
        }
    };
    if let Some(stated) = request.plan_crs {
        let epsg = crs::metric(stated)?.epsg;
        plans.iter_mut().filter(|plan| plan.epsg.is_none()).for_each(|plan| plan.epsg = Some(epsg));
    }
    Ok(plans)
}

/// The bytes of a file that is text: JSON or XML. `None` for any other.
fn text(path: &Path) -> Result<Option<Vec<u8>>> {
    let failed = |error: std::io::Error| Error::of_file(path, &error);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut first = [0_u8; 64];
    let read = file.read(&mut first).map_err(failed)?;
    let begins = |byte| starts_with(&first[..read], byte);
    if !begins(b'<') && !begins(b'{') {
        return Ok(None);
    }
    let length = file.metadata().map_err(failed)?.len();
    if length > MOST_BYTES {
        let most = (MOST_BYTES / 1_000_000).to_string();
        return Err(Refusal::PlanTooLarge { file: path.display().to_string(), most }.into());
    }
    let mut bytes = first[..read].to_vec();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

/// Whether the first byte after blanks and a byte-order mark is this one.
fn starts_with(bytes: &[u8], wanted: u8) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&wanted)
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

fn mapping(path: &Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::of_file(path, &error))?;
    Ok(Mapping::parse(&path.display().to_string(), &text)?)
}

/// A layer as the reader of plans wants it. Coordinates are as they stand in the file.
fn layer(source: ShapeLayer) -> Layer {
    let columns: BTreeSet<String> = source.rows.iter().flat_map(|row| row.fields.keys().cloned()).collect();
    let columns: Vec<String> = columns.into_iter().collect();
    let row = |row: shapes::Shape| Row {
        cells: columns.iter().map(|column| row.fields.get(column).cloned()).collect(),
        geometry: Some(row.geometry),
    };
    let epsg = source.crs.as_deref().and_then(|crs| crs.strip_prefix("EPSG:")).and_then(|code| code.parse().ok());
    Layer { name: source.name, epsg, rows: source.rows.into_iter().map(row).collect(), columns }
}
