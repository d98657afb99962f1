//! Lägesbild: accident and incident records in, concentrations out, in the forms people already use.
//!
//! This page is the architecture. What a user does is in `README.md` and `docs/handbok.md`, why it is so in
//! `docs/adr/`.
//!
//! # Parts and arrows
//!
//! ```text
//! files ─ ingest ─► events ─ store ─► service ─► export (files)        QGIS, Excel, scripts
//!                                       │  ▲       http (page, GeoJSON)  browser
//!                             analysis (pure)      cli                   terminal
//! ```
//!
//! - [`domain`] holds the words of the trade as values: event, interval, severity, money, grid, road network and paths along
//!   it, layer, paper, passport, and what stands beside events: places of registers, measures, conditions, coverage. [`geocode`]
//!   finds names in a register of places, with evidence. [`analysis`] takes points, or places on a network, and gives groups and outlines. [`plan`] holds the detaljplan as a value, what its
//!   provisions mean, what is wrong with it and who sees what in it. [`sample`] makes the town whose truths are known. All
//!   five are pure: no files, network, clock, environment or global randomness.
//! - [`ingest`] turns bytes into tables and rows into events or quarantine, and lines into a road network. [`crs`] is the
//!   one door to PROJ, and holds GDAL's settings, without network, for whoever reads or writes through it. [`store`] keeps events, roads, ground and results. [`export`] writes files. [`geopackage`] is the file format that the last two
//!   share.
//! - [`service`] has one function a use case and is the only place where pure parts and edges meet. [`cli`] and
//!   [`http`] parse, call it once, and format the answer.
//! - [`texts`] is the catalogue of everything a user reads; every part may name it. The page in `src/web/` is
//!   TypeScript, bundled before the program is built and embedded in it.
//!
//! | part | may name |
//! |---|---|
//! | `domain` | |
//! | `analysis`, `geocode`, `plan`, `sample`, `crs`, `geopackage` | `domain` |
//! | `ingest` | `domain`, `crs`, `plan` (its model) |
//! | `store` | `domain`, `geopackage` |
//! | `export` | `domain`, `crs`, `geopackage`, `plan` |
//! | `service` | all of the above |
//! | `http` | `domain`, `service` |
//! | `cli` | `domain`, `service`, `http` |
//!
//! `tests/it/arrows.rs` reads the sources and fails on any other edge, and on a circle. Each family has one table, from
//! which command line, HTTP, help and page follow: [readers](ingest::FORMATS), [methods](analysis::METHODS), [file
//! formats](export::FORMATS), [routes](http::ROUTES), mappings in `data/mappings/`.
//!
//! Papers are a family too: [forms](export::paper::PAPERS), made from one value, [`domain::paper::Paper`]. What a store can do
//! beside events is in traits of their own (`store::near`, `register`, `surroundings`, `areas`, `gate`), each with a contract
//! that a second store runs.
//!
//! # Four walkthroughs
//!
//! **A row of a CSV becomes an event, or goes to quarantine.** The reader is chosen by the file's extension, and the
//! first bytes must agree. It settles encoding and delimiter, notes what it chose, and gives a table of text cells with
//! the row numbers that a person sees; rows that do not fit the header are set apart. The mapping, asked for or
//! recognised by the columns, is laid over the table: which column feeds which field. CRS, axis order and date order
//! are settled from all rows together, with the home area, or the file is refused with the candidates named. Then each
//! row is read field by field. What reads well becomes an event: its id comes from the register's key or from the raw
//! cells, its place is transformed to the store's CRS, its free text is kept apart. The first cell that cannot be read
//! makes the row a rejected one, with column, value, reason and all its cells. Both stream into the store in one
//! transaction. There an event is accepted, already there, or, with a known id and other content, quarantined as
//! changed. The counts must add up, or nothing is kept.
//!
//! **An analysis from file to file.** The method is looked up in its table, and what the user wrote becomes typed
//! settings or a refusal. The output's format is settled before anything is read. The file is read and recognised as
//! above, without store and quarantine: what is no place counts as unplaced. Degrees are transformed to metres; rows
//! are put into canonical order, by x, then y, then content, and hashed. The kernel gets points and settings, and gives
//! members and outlines. The service sums up each group (count, severity, commonest types, shares), ranks the groups,
//! and builds layers: `hotspots`, `events`, for some methods `cells`, `segments` and `junctions`. A position too coarse
//! for the method is left out and counted; a length that does not fit the events is told with one that does, or refused. Methods along roads first bring each event to the net of its mode, or say why
//! not. Methods that test lay cells over the study area, find what each is compared with, and add to the layers what was
//! expected, how sure that is and, if asked for, how often the method is wrong on maps that hold nothing
//! (`service::planar`). A layer is columns, geometries, a style and a
//! passport; the writer knows nothing else. It writes beside the target and moves the file into place. From a store the
//! way is the same, and the layers but `events` are kept in it as well.
//!
//! **A detaljplan becomes layers.** The file's content says which reader it is for. The reader gives the plan as a value and notes what it
//! could not take over; the catalogue says what each provision means and by what it was known; the checks of the plan itself give
//! faults with places. The service puts areas, lines and points into the answer's system, gives uses their plan colours, and writes
//! layers like any other. Nothing in the plan is mended.
//!
//! **A request of the page.** The server listens on loopback only and refuses requests that name another host. A
//! route's handler parses the query (an unknown parameter is an error, never "everything"), and on a thread that may
//! wait opens the store for reading and calls one function of the service. The frame of the page is one answer: themes,
//! legend, sentences on certainty, passports. Features come as pages of `GeoJSON` in degrees, with a link to the next. An
//! error becomes `application/problem+json`; its status follows from its kind, and what failed inside goes to the log.
//! The page itself, its map library and typeface are bytes of this program, under a policy that lets them fetch from
//! here and nowhere else.
//!
//! # Where to add
//!
//! - **a reader**: a line in the table of formats that says who gives rows and who gives whole shapes (a file of its own in
//!   `src/ingest/`, or GDAL behind checks), a sentence in the catalogue for each way to fail, files that fail in tests,
//!   and a fuzz target. `OpenStreetMap`'s pbf holds no rows: `ingest::osm` is its door, for roads, ground and places.
//! - **a mapping**: a TOML file in `data/mappings/`, named in the list of shipped ones; it says where its facts come
//!   from.
//! - **a method**: a kernel in `src/analysis/`, a line in the table of methods with its parameters and what it asks of
//!   positions, its texts in `data/texts/` under its id, the service's way from its answer to layers, an oracle case and a bench.
//! - **a file format**: a file in `src/export/` with a writer, and a line in its table. A layer that cannot carry its
//!   passport is not done.
//! - **a paper**: a function of the service from numbers to a paper, its texts, a command; the numbers are a value of their
//!   own that tests recompute.
//! - **a route**: a line in the table of routes, a handler that parses and formats, and a function of the service if
//!   there is none yet.
//! - **a version of the store**: a numbered SQL file and a line in the list of migrations. Files that are out there
//!   stay as they are.
//! - **a part**: a line in the table of arrows here and in its test, and a decision in `docs/adr/`.

pub mod analysis;
pub mod cli;
pub mod crs;
pub mod domain;
pub mod export;
pub mod geocode;
pub mod geopackage;
pub mod http;
pub mod ingest;
pub mod plan;
pub mod sample;
pub mod service;
pub mod store;
pub mod texts;
