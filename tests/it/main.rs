//! One test binary: the built program from outside, the import arrows, the oracles, the real files.

#![expect(clippy::panic, clippy::print_stdout, reason = "tests fail by panic and say aloud what was not run")]

mod areas;
mod arrows;
mod bad_files;
mod bad_input;
mod bad_machine;
mod binary;
mod concentrations;
mod damaged_files;
mod erasure;
mod formats;
mod fuzz;
mod gate;
mod geocode;
mod kill;
mod network;
mod oracle_areas;
mod oracle_dbscan;
mod oracle_network;
mod oracle_timeline;
#[path = "../../src/ingest/osm/write.rs"]
mod pbf;
mod place;
mod plan_check;
mod plan_ngp;
mod plan_real;
mod planar;
mod polisen;
mod quarantine;
mod real_files;
mod roads;
mod same_bytes;
mod support;
mod town;
