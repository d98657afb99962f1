//! Commands and flags. The flags of methods come from the table of methods.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::domain::{ConditionKind, Kind};
use crate::service::METHODS;

/// Language of messages. Layers, columns and papers are Swedish in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Swedish.
    Sv,
    /// English.
    En,
}

/// Lägesbild: from accident and incident files to hotspots that QGIS opens styled, and a map page.
#[derive(Debug, Parser)]
#[command(name = "lagesbild", version, max_term_width = 100)]
pub struct Cli {
    /// Print results and errors as JSON: the last line of standard output is one object
    #[arg(long, global = true)]
    pub json: bool,
    /// Print seconds per stage and peak memory
    #[arg(long, global = true)]
    pub timings: bool,
    /// Language of messages
    #[arg(long, global = true, value_enum, default_value = "sv", env = "LAGESBILD_LANG")]
    pub lang: Language,
    /// What to do
    #[command(subcommand)]
    pub command: What,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Make a store
    Init {
        /// The store to make, a GeoPackage
        store: PathBuf,
        /// Metric coordinate system of the store
        #[arg(long, default_value = "EPSG:3006")]
        crs: String,
        /// Name of the place
        #[arg(long)]
        name: Option<String>,
        /// File with the home area: decides which coordinate system a file is in
        #[arg(long, value_name = "FILE")]
        home: Option<PathBuf>,
        /// The decision by which STRADA may be used: diarienr, unit, purpose, `erase_by`
        #[arg(long, value_name = "FILE.toml")]
        strada_decision: Option<PathBuf>,
        /// The municipality's own zone, for `export --crs local`: EPSG:3008
        #[arg(long, value_name = "CRS")]
        local_crs: Option<String>,
    },
    /// Show the STRADA decision of a store, or put one into it
    Decision(super::gate::Decision),
    /// Show the täckningstabell, edit it from a file, or write it to one
    Coverage(super::gate::Coverage),
    /// Write a layer of a store to a file, for someone
    Export(super::gate::Export),
    /// Erase a source from a store, with a protocol
    Erase(super::gate::Erase),
    /// Import files into a store
    Import(Import),
    /// List what the program has, or what a store holds
    List {
        /// What to list
        #[arg(value_enum)]
        what: Listed,
        /// The store, for events, runs and events without a road
        #[arg(long, required_if_eq_any([("what", "events"), ("what", "runs"), ("what", "unsnapped"), ("what", "layers"), ("what", "exports")]))]
        store: Option<PathBuf>,
    },
    /// Find where events concentrate
    Analyse(Box<Analyse>),
    /// One sheet on one place: what happened, where, when and at what cost (PDF, DOCX or layers)
    Place(PlaceArguments),
    /// Read a detaljplan, check it, and write it as layers in plan colours
    Check(CheckArguments),
    /// A paper that is made each year
    Report {
        /// Which paper
        #[arg(value_enum)]
        what: Reported,
        /// The store
        #[arg(long)]
        store: PathBuf,
        /// The year of the olycksrapport; the last one of the data where nothing is said
        #[arg(long)]
        year: Option<i16>,
        /// Kind of event on the sheet of hours
        #[arg(long, value_parser = kind, default_value = "incident", value_name = "accident|incident|damage|alarm")]
        kind: Kind,
        /// Years on the sheet of hours, the last one of the data included
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=20))]
        years: u8,
        /// File to write: .pdf, .docx, or the full table (.xlsx, .csv, ...)
        #[arg(long)]
        output: PathBuf,
    },
    /// Serve the map page on this machine
    Serve {
        /// The store
        #[arg(long)]
        store: PathBuf,
        /// Address of this machine
        #[arg(long, default_value = "127.0.0.1:8080")]
        bind: String,
    },
    /// Explain a method: what it measures, unit, assumptions, limits, source; or `disclosure`: what may leave
    Explain {
        /// The method's id, or disclosure
        method: String,
    },
    /// Write the sample town: a made-up town with known truths
    Sample {
        /// Folder to write to
        out_dir: PathBuf,
        /// Seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Give events without coordinates a place by the names that they tell
    Geocode(super::register::Geocode),
    /// Look for damage in a store
    Verify {
        /// The store
        store: PathBuf,
        /// A source that was erased: nothing of it may be left
        #[arg(long, value_name = "SOURCE")]
        erased: Option<String>,
    },
}

/// What `import` takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Imported {
    /// Accidents, incidents, damage reports
    Events,
    /// A road network: OpenStreetMap (.osm.pbf), NVDB or any layer of lines
    Roads,
    /// Buildings, entrances, lamps, trees, barriers
    Ground,
    /// Places that people go to: schools, shops, stops, playgrounds
    Places,
    /// Areas that events are counted in: `DeSO`, stadsdelar, own polygons
    Areas,
    /// Denominators of areas: population, dwellings, road kilometres
    Exposure,
    /// Tables of counts: område × månad × brottstyp
    Counts,
    /// Measures done: åtgärdsregister
    Measures,
    /// Measured speeds, flows, reported faults, slippery streets, safety walks, EST
    Conditions,
}

/// What `report` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reported {
    /// The yearly olycksrapport to the nämnd
    Accidents,
    /// Where, on which weekday and at which hour: for police and ordningsvakter
    Hours,
}

/// What `list` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Events of a store by kind
    Events,
    /// Results of a store
    Runs,
    /// Events of a store that have no place on a road
    Unsnapped,
    /// Layers of a store that `export` can write
    Layers,
    /// What was given out of a store
    Exports,
    /// Shipped mappings
    Mappings,
    /// Methods
    Methods,
}

/// `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// What the files hold
    #[arg(value_enum)]
    pub what: Imported,
    /// The files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The store
    #[arg(long)]
    pub store: PathBuf,
    /// A shipped mapping or a TOML file; else the columns decide
    #[arg(long, value_name = "NAME|FILE.toml")]
    pub map: Option<String>,
    /// Coordinate system of the file, where it does not say
    #[arg(long)]
    pub crs: Option<String>,
    /// Sheet or layer
    #[arg(long)]
    pub layer: Option<String>,
    /// Show the mapping, ten mapped rows and all unmapped columns; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take rows whose content has changed, and keep the older version
    #[arg(long)]
    pub replace: bool,
    /// Name of the set of areas, for areas, exposure and counts
    #[arg(long, value_name = "SET")]
    pub name: Option<String>,
    /// Kind of condition
    #[arg(long = "kind", value_parser = condition_kind, value_name = "speed|flow|fault|surface|safety-walk|est|survey")]
    pub condition: Option<ConditionKind>,
    /// Year of the denominators, where the file does not say
    #[arg(long)]
    pub year: Option<i16>,
    /// Write the rows that went to quarantine to a CSV, to be mended and imported again
    #[arg(long, value_name = "OUT.csv")]
    pub quarantine: Option<PathBuf>,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The plan: NGP JSON, SS 637040 (XML), or layers of a `GeoPackage` or any other map file
    pub plan: PathBuf,
    /// Which layer and column is what, for layers of any other origin
    #[arg(long, value_name = "FILE.toml")]
    pub map: Option<PathBuf>,
    /// Coordinate system of the plan, where the file does not say
    #[arg(long, value_name = "CRS")]
    pub plan_crs: Option<String>,
    /// Coordinate system of the answer, where it is not to be the plan's own
    #[arg(long, value_name = "CRS")]
    pub crs: Option<String>,
    /// File to write: .gpkg, .geojson and the other formats of `analyse`; `FILE#anvandning` writes that layer
    #[arg(long, value_name = "FILE[#layer]")]
    pub output: String,
}

/// `place`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("target").required(true)))]
pub struct PlaceArguments {
    /// File with the area, or with lines or points that are given a buffer
    #[arg(long, value_name = "FILE", group = "target")]
    pub area: Option<PathBuf>,
    /// Name of a street
    #[arg(long, value_name = "NAME", group = "target")]
    pub street: Option<String>,
    /// Two streets that meet: Storgatan/Nygatan
    #[arg(long, value_name = "NAMES", group = "target")]
    pub junction: Option<String>,
    /// Name of a place: a school, a square
    #[arg(long, value_name = "NAME", group = "target")]
    pub object: Option<String>,
    /// File with a plan
    #[arg(long, value_name = "FILE", group = "target")]
    pub plan: Option<PathBuf>,
    /// Metres beyond what was named
    #[arg(long, value_name = "M")]
    pub buffer: Option<f64>,
    /// Coordinate system of the file, where it does not say
    #[arg(long)]
    pub crs: Option<String>,
    /// Years to sum up, the last year of the data included
    #[arg(long, default_value_t = crate::service::place::YEARS)]
    pub years: u8,
    /// Show crimes on the same sheet as accidents from STRADA: only where the decision permits it
    #[arg(long)]
    pub join_crime: bool,
    /// The store
    #[arg(long)]
    pub store: PathBuf,
    /// File to write: .pdf, .docx, or layers (.gpkg, .geojson, .xlsx, ...)
    #[arg(long)]
    pub output: PathBuf,
}

/// `analyse`.
#[derive(Debug, Args)]
pub struct Analyse {
    /// The method's id: see `lagesbild list methods`
    pub method: String,
    /// Events of this store
    #[arg(long, required_unless_present = "input", conflicts_with = "input")]
    pub store: Option<PathBuf>,
    /// The kind of event, where the store has several
    #[arg(long, value_parser = kind, requires = "store", value_name = "accident|incident|damage|alarm")]
    pub kind: Option<Kind>,
    /// Rows of this file
    #[arg(long)]
    pub input: Option<PathBuf>,
    /// Sheet or layer of the file
    #[arg(long, requires = "input")]
    pub layer: Option<String>,
    /// Column with the easting or longitude
    #[arg(long, requires = "input")]
    pub x: Option<String>,
    /// Column with the northing or latitude
    #[arg(long, requires = "input")]
    pub y: Option<String>,
    /// Coordinate system of the file, where it does not say
    #[arg(long, requires = "input")]
    pub crs: Option<String>,
    /// File with the road network, for methods along roads; else the store's own
    #[arg(long, value_name = "FILE")]
    pub network: Option<PathBuf>,
    /// Layer of the road network's file
    #[arg(long, requires = "network", value_name = "LAYER")]
    pub network_layer: Option<String>,
    /// Coordinate system of the road network's file, where it does not say
    #[arg(long, requires = "network", value_name = "CRS")]
    pub network_crs: Option<String>,
    /// Write the file only: leave the store's own results, and so its map, as they are
    #[arg(long, requires = "store")]
    pub no_keep: bool,
    /// Keep columns of free text in the layer `events`
    #[arg(long, requires = "input")]
    pub keep_free_text: bool,
    /// File to write: .gpkg, .geojson, .parquet, .csv, .xlsx, .fgb, .dxf, .shp, .tab; `FILE#events` writes that layer
    #[arg(long, value_name = "FILE[#layer]")]
    pub output: String,
    /// Parameters of the method
    #[command(flatten)]
    pub parameters: MethodFlags,
}

fn condition_kind(text: &str) -> Result<ConditionKind, String> {
    let known = ConditionKind::ALL.map(ConditionKind::code).join(", ");
    // Traffic comes with speeds and is no file of its own.
    ConditionKind::from_code(text).filter(|kind| *kind != ConditionKind::Traffic).ok_or(known)
}

fn kind(text: &str) -> Result<Kind, String> {
    let known = Kind::ALL.map(Kind::code).join(", ");
    Kind::from_code(text).ok_or(known)
}

/// One flag for each parameter that any method has, in the order of the table.
#[derive(Debug, Default)]
pub struct MethodFlags(pub Vec<(&'static str, String)>);

fn flag_ids() -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    for parameter in METHODS.iter().flat_map(|method| method.parameters) {
        if !ids.contains(&parameter.id) {
            ids.push(parameter.id);
        }
    }
    ids
}

impl Args for MethodFlags {
    fn augment_args(command: Command) -> Command {
        flag_ids().into_iter().fold(command, |command, id| {
            let users: Vec<&str> = METHODS
                .iter()
                .filter(|method| method.parameters.iter().any(|parameter| parameter.id == id))
                .map(|method| method.id)
                .collect();
            let choices = METHODS.iter().flat_map(|method| method.parameters).find(|parameter| parameter.id == id);
            let words = choices.map(|parameter| parameter.choices.join(", ")).filter(|words| !words.is_empty());
            let words = words.map(|words| format!(": {words}")).unwrap_or_default();
            let flag = Arg::new(id)
                .long(id)
                .value_name("VALUE")
                .allow_negative_numbers(true)
                .help(format!("Parameter of {}{words}", users.join(", ")));
            command.arg(flag.help_heading("Method parameters (lagesbild explain METHOD)"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for MethodFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(flag_ids().into_iter().filter_map(|id| Some((id, matches.get_one::<String>(id)?.clone()))).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
