//! The sheet: one or two A4 that can be put before the nämnd. Every number on it comes from the [`Extract`]. Pure.

use std::collections::BTreeSet;

use super::tables::{self, Line};
use super::{AHEAD_YEARS, Extract, Sort, Zero, map};
use crate::analysis::forecast::SIMILAR_LEAST;
use crate::analysis::series::{Break, Reason};
use crate::domain::paper::{Block, Paper, Table};
use crate::domain::{ConditionKind, Coverage, Kind, Ore, Reporting, RoadKeeper};
use crate::service::click;
use crate::service::facts::Casualties;
use crate::texts::swedish;

/// Most lines of a table on the sheet; the rest are summed up.
const MOST_LINES: usize = 8;

fn said(id: &str, values: &[(&str, String)]) -> String {
    swedish(id, values)
}

fn word(id: &str) -> String {
    swedish(id, &[])
}

/// `12 345`, with the narrow no-break space of Swedish typography.
#[must_use]
pub fn whole(value: impl Into<u64>) -> String {
    let digits = value.into().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Öre as whole kronor.
#[must_use]
pub fn kronor(ore: i64) -> String {
    let kronor = (ore.unsigned_abs() + 50) / 100;
    format!("{}{} kr", if ore < 0 { "−" } else { "" }, whole(kronor))
}

/// A number with this many decimals, as Swedish writes it.
fn decimal(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('.', ",")
}

/// `3 olyckor` and `1 olycka`.
fn counted(id: &str, count: u64) -> String {
    let form = if count == 1 { format!("{id}-one") } else { format!("{id}-many") };
    said(&form, &[("count", whole(count))])
}

fn years_text(years: &[i16]) -> String {
    match (years.first(), years.last()) {
        (Some(first), Some(last)) if first != last => format!("{first}–{last}"),
        (Some(only), _) => only.to_string(),
        _ => word("place-no-years"),
    }
}

/// The Platsutdrag as a paper.
#[must_use]
pub fn paper(extract: &Extract) -> Paper {
    let mut blocks = vec![Block::Lead { text: lead(extract) }];
    let facts = Block::Facts { lines: facts(extract) };
    match map::picture(extract) {
        Some(picture) => {
            blocks.push(Block::Beside { percent: 60, first: Box::new(Block::Picture(picture)), second: vec![facts] });
        }
        None => blocks.push(facts),
    }
    blocks.extend(accidents(extract));
    blocks.extend(judgement(extract));
    blocks.extend(others(extract));
    blocks.extend(measures(extract));
    blocks.extend(conditions(extract));
    blocks.push(Block::Heading { text: word("place-heading-gaps") });
    blocks.push(Block::List { lines: gaps(extract) });
    blocks.push(Block::Note { text: basis(extract) });
    let period = years_text(&extract.last);
    let preliminary = if extract.preliminary {
        said("place-preliminary", &[("year", extract.last.last().map_or_else(String::new, ToString::to_string))])
    } else {
        String::new()
    };
    Paper {
        title: said("place-title", &[("title", extract.title.clone())]),
        subtitle: format!("{} · {period}{preliminary}", extract.municipality),
        mark: extract.secrecy.mark().map(str::to_owned),
        sender: extract.municipality.clone(),
        foot: said(
            "place-foot",
            &[
                ("systems", if extract.systems.is_empty() { word("place-none") } else { extract.systems.join(", ") }),
                ("vintage", day(&extract.vintage)),
                ("hash", extract.content_hash.chars().take(12).collect()),
            ],
        ),
        lang: "sv".to_owned(),
        stamp: extract.vintage.clone(),
        blocks,
    }
}

fn day(stamp: &str) -> String {
    if stamp.starts_with("1970") { word("place-undated") } else { stamp.chars().take(10).collect() }
}

fn lead(extract: &Extract) -> String {
    if extract.last.is_empty() {
        return word("place-lead-empty");
    }
    let sum = extract.recent();
    let mut parts = vec![if extract.accidents.lists_persons || sum.accidents == 0 {
        said(
            "place-lead",
            &[
                ("accidents", counted("place-accidents", sum.accidents)),
                ("injured", counted("place-injured", sum.persons.injured.into())),
                ("period", years_text(&extract.last)),
            ],
        )
    } else {
        said(
            "place-lead-coarse",
            &[
                ("accidents", counted("place-accidents", sum.accidents)),
                ("with", whole(sum.with_injury)),
                ("period", years_text(&extract.last)),
            ],
        )
    }];
    if sum.persons.injured > 0 {
        parts.push(said("place-lead-degrees", &[("degrees", degrees(&sum.persons))]));
    }
    let falls = extract.accidents.falls;
    if falls.accidents > 0 {
        parts.push(said(
            "place-lead-falls",
            &[("count", whole(falls.accidents)), ("injured", whole(falls.persons.injured))],
        ));
    }
    parts.push(much(extract));
    parts.join(" ")
}

/// "Dödade 1 · allvarligt skadade (ISS 9–) 2"; degrees that do not occur are left out.
fn degrees(persons: &Casualties) -> String {
    let list = [
        ("place-degree-dead", persons.dead),
        ("place-degree-iss9", persons.iss9),
        ("place-degree-iss48", persons.iss48),
        ("place-degree-iss13", persons.iss13),
        ("place-degree-police-severe", persons.police_severe),
        ("place-degree-police-light", persons.police_light),
        ("place-degree-hurt", persons.hurt),
    ];
    let parts: Vec<String> = list
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(id, count)| format!("{} {}", word(id), whole(*count)))
        .collect();
    parts.join(" · ")
}

/// Whether it is much: only ever against similar places, and never as more than the traffic explains.
fn much(extract: &Extract) -> String {
    let Some(comparison) = &extract.comparison else {
        let id = match extract.sort {
            Sort::Area => "place-compare-area",
            Sort::Street | Sort::Junction => "place-compare-few",
        };
        return said(id, &[("least", SIMILAR_LEAST.to_string())]);
    };
    let places = if comparison.per_km { "places-streets" } else { "places-junctions" };
    let n = i64::try_from(comparison.n).unwrap_or(i64::MAX);
    let much = click::much(Some(Kind::Accident), n, comparison.own, comparison.per_km, &comparison.standing, places);
    let part = if comparison.junctions > 1 {
        let values = [("count", comparison.junctions.to_string()), ("n", whole(comparison.n))];
        format!(" {}", said("place-lead-part", &values))
    } else {
        String::new()
    };
    format!("{}{part} {much}", word("click-much"))
}

fn keeper(keeper: Option<RoadKeeper>) -> String {
    keeper.map_or_else(|| word("place-unknown"), |keeper| keeper.code().to_owned())
}

fn facts(extract: &Extract) -> Vec<[String; 2]> {
    let roads = &extract.roads;
    let mut lines = Vec::new();
    let mut line = |id: &str, value: String| lines.push([word(id), value]);
    let unknown = || word("place-unknown");
    if roads.length_m >= 1.0 {
        line("place-fact-length", format!("{} m", whole(roads.length_m.round() as u64)));
        line("place-fact-keeper", roads.keepers.iter().map(|own| keeper(*own)).collect::<Vec<_>>().join(", "));
        line(
            "place-fact-speed",
            roads.speed.map_or_else(unknown, |(low, high)| {
                if low == high { format!("{low} km/tim") } else { format!("{low}–{high} km/tim") }
            }),
        );
        line(
            "place-fact-adt",
            roads.adt.map_or_else(
                || measured(extract).unwrap_or_else(unknown),
                |(adt, year)| {
                    let year = year.map_or_else(|| word("place-year-unknown"), |year| year.to_string());
                    said("place-adt", &[("adt", whole(u64::from(adt))), ("year", year)])
                },
            ),
        );
        if !roads.classes.is_empty() {
            line("place-fact-class", roads.classes.iter().take(3).cloned().collect::<Vec<_>>().join(", "));
        }
        if !roads.gcm_types.is_empty() {
            line("place-fact-gcm", roads.gcm_types.iter().take(3).cloned().collect::<Vec<_>>().join(", "));
        }
    } else {
        line("place-fact-roads", word("place-no-roads"));
    }
    line("place-fact-area", format!("{} ha", decimal(extract.hectares, 1)));
    if extract.buffer_m > 0.0 {
        line("place-fact-buffer", format!("{} m", decimal(extract.buffer_m, 0)));
    }
    let reported = extract.accidents.reported;
    if extract.accidents.lists_persons {
        line(
            "place-fact-reported",
            said(
                "place-reported",
                &[
                    ("police", whole(reported.police)),
                    ("hospital", whole(reported.hospital)),
                    ("both", whole(reported.both)),
                ],
            ),
        );
    }
    line(
        "place-fact-measures",
        if extract.measures.is_empty() { word("place-none-known") } else { whole(extract.measures.len() as u64) },
    );
    lines
}

fn accidents(extract: &Extract) -> Vec<Block> {
    if extract.accidents.years.is_empty() {
        return Vec::new();
    }
    let persons = extract.accidents.lists_persons;
    let head: Vec<String> = if persons {
        ["year", "accidents", "injured", "dead", "iss9", "iss48", "iss13", "police-severe", "police-light", "hurt"]
            .map(|id| word(&format!("place-head-{id}")))
            .to_vec()
    } else {
        ["year", "accidents", "with-injury"].map(|id| word(&format!("place-head-{id}"))).to_vec()
    };
    let row = |label: String, line: &Line| -> Vec<String> {
        let p = &line.persons;
        let numbers = if persons {
            let degrees = [p.injured, p.dead, p.iss9, p.iss48, p.iss13, p.police_severe, p.police_light, p.hurt];
            std::iter::once(line.accidents).chain(degrees.map(u64::from)).collect()
        } else {
            vec![line.accidents, line.with_injury]
        };
        std::iter::once(label).chain(numbers.into_iter().map(whole)).collect()
    };
    let end = extract.last.last();
    let mut rows: Vec<Vec<String>> = extract
        .accidents
        .years
        .iter()
        .map(|(year, line)| {
            let mark =
                if extract.preliminary && Some(year) == end { word("place-preliminary-mark") } else { String::new() };
            row(format!("{year}{mark}"), line)
        })
        .collect();
    let mut sum = extract.accidents.years.values().fold(Line::default(), |sum, line| sum.plus(*line));
    if extract.accidents.undated.accidents > 0 {
        rows.push(row(word("place-head-undated"), &extract.accidents.undated));
        sum = sum.plus(extract.accidents.undated);
    }
    rows.push(row(word("place-head-sum"), &sum));
    let mut blocks = vec![
        Block::Heading { text: word("place-heading-accidents") },
        Block::Table(Table {
            caption: String::new(),
            head,
            rows,
            total: true,
            words: 1,
            note: Some(coverage_note(extract)),
        }),
    ];
    let period = years_text(&extract.last);
    let modes = modes(extract, &period);
    let types = types(extract, &period);
    match (modes, types) {
        (Some(modes), Some(types)) => {
            blocks.push(Block::Beside { percent: 54, first: Box::new(modes), second: vec![types] });
        }
        (one, other) => blocks.extend(one.into_iter().chain(other)),
    }
    blocks
}

/// The most frequent lines, and the rest as one.
fn shortened<T: Clone>(
    mut list: Vec<(String, T)>,
    size: impl Fn(&T) -> u64,
    sum: impl Fn(&T, &T) -> T,
) -> Vec<(String, T)> {
    list.sort_by(|a, b| size(&b.1).cmp(&size(&a.1)).then(a.0.cmp(&b.0)));
    if list.len() <= MOST_LINES {
        return list;
    }
    let rest = list.split_off(MOST_LINES - 1);
    let label = said("place-rest", &[("count", rest.len().to_string())]);
    if let Some(total) = rest.into_iter().map(|(_, value)| value).reduce(|a, b| sum(&a, &b)) {
        list.push((label, total));
    }
    list
}

fn modes(extract: &Extract, period: &str) -> Option<Block> {
    let list: Vec<(String, Casualties)> = extract.accidents.modes.iter().map(|(mode, p)| (mode.clone(), *p)).collect();
    if list.is_empty() {
        return None;
    }
    let list = shortened(list, |p| p.injured.into(), |a, b| a.plus(*b));
    let rows = list
        .into_iter()
        .map(|(mode, p)| vec![mode, whole(p.injured), whole(p.dead), whole(p.iss9), whole(p.police_severe)]);
    Some(Block::Table(Table {
        caption: said("place-caption-modes", &[("period", period.to_owned())]),
        head: ["mode", "injured", "dead", "iss9", "police-severe"].map(|id| word(&format!("place-head-{id}"))).to_vec(),
        rows: rows.collect(),
        total: false,
        words: 1,
        note: None,
    }))
}

fn types(extract: &Extract, period: &str) -> Option<Block> {
    let list: Vec<(String, u64)> = extract.accidents.types.iter().map(|(what, n)| (what.clone(), *n)).collect();
    if list.is_empty() {
        return None;
    }
    let list = shortened(list, |n| *n, |a, b| a + b);
    Some(Block::Table(Table {
        caption: said("place-caption-types", &[("period", period.to_owned())]),
        head: ["type", "accidents"].map(|id| word(&format!("place-head-{id}"))).to_vec(),
        rows: list.into_iter().map(|(what, n)| vec![what, whole(n)]).collect(),
        total: false,
        words: 1,
        note: None,
    }))
}

/// The scales, which source reported in which of the table's years, and that the last is preliminary.
fn coverage_note(extract: &Extract) -> String {
    let mut parts =
        vec![word("place-note-scales"), covered(&extract.coverage, extract.accidents.years.keys().copied())];
    if extract.preliminary {
        parts.push(word("place-note-preliminary"));
    }
    parts.join(" ")
}

/// Which source reported in which of these years, in one sentence.
#[must_use]
pub fn covered(coverage: &[Coverage], years: impl Iterator<Item = i16>) -> String {
    let years: BTreeSet<i16> = years.collect();
    let mut lacking = Vec::new();
    let mut known = false;
    for row in coverage.iter().filter(|row| years.contains(&row.year)) {
        known = true;
        let id = match row.reporting {
            Reporting::Full => continue,
            Reporting::Partial => "place-cover-partial",
            Reporting::Nothing => "place-cover-nothing",
            Reporting::Unknown => "place-cover-unknown",
        };
        let who =
            if row.reporter.is_empty() { row.system.clone() } else { format!("{} ({})", row.reporter, row.system) };
        lacking.push(swedish(id, &[("who", who), ("year", row.year.to_string())]));
    }
    match (known, lacking.is_empty()) {
        (false, _) => word("place-cover-none"),
        (true, true) => word("place-cover-full"),
        (true, false) => said("place-cover-lacking", &[("list", lacking.join("; "))]),
    }
}

fn judgement(extract: &Extract) -> Vec<Block> {
    let mut blocks = vec![Block::Heading { text: word("place-heading-zero") }];
    let mut texts = trend(extract);
    texts.push(zero(extract));
    if let Some(cost) = &extract.damage {
        texts.push(said(
            "place-zero-damage",
            &[
                ("mean", kronor(cost.mean as i64)),
                ("low", kronor(cost.low as i64)),
                ("high", kronor(cost.high as i64)),
                ("n", whole(cost.from.0)),
                ("with", whole(cost.from.1)),
                ("years", cost.years.to_string()),
                ("ahead", AHEAD_YEARS.to_string()),
            ],
        ));
    }
    texts.push(word("place-zero-no-value"));
    blocks.extend(texts.into_iter().map(|text| Block::Text { text }));
    blocks
}

/// How the number developed, within years whose coverage is the same; else why that cannot be said.
fn trend(extract: &Extract) -> Vec<String> {
    let series = &extract.series;
    let mut sentences: Vec<String> = series.breaks.iter().map(Break::sentence).collect();
    if let Some((trend, run)) = series.runs.last().and_then(|run| run.trend.as_ref().map(|trend| (trend, run))) {
        sentences.push(trend.sentence(run.from, run.to));
    }
    sentences.extend(series.refusal.as_ref().map(Reason::sentence));
    if sentences.is_empty() { Vec::new() } else { vec![sentences.join(" ")] }
}

fn zero(extract: &Extract) -> String {
    match &extract.zero {
        Zero::TooFewYears { years, because: Some(because) } => {
            said("place-zero-broken", &[("years", years.to_string()), ("because", because.clone())])
        }
        Zero::TooFewYears { years, because: None } => said("place-zero-few-years", &[("years", years.to_string())]),
        Zero::Nothing => word("place-zero-nothing"),
        Zero::Expected { mean, low, high, from: (n, years), similar } => {
            let id = if *similar > 0 { "place-zero-weighed" } else { "place-zero-alone" };
            said(
                id,
                &[
                    ("mean", decimal(*mean, usize::from(*mean < 10.0))),
                    ("low", whole(*low)),
                    ("high", whole(*high)),
                    ("n", whole(*n)),
                    ("years", years.to_string()),
                    ("similar", similar.to_string()),
                    ("ahead", AHEAD_YEARS.to_string()),
                ],
            )
        }
    }
}

fn others(extract: &Extract) -> Vec<Block> {
    let mut blocks = Vec::new();
    let heading = || Block::Heading { text: word("place-heading-others") };
    if !extract.others.is_empty() {
        blocks.push(heading());
        for kind in Kind::ALL {
            let list: Vec<&tables::Other> = extract.others.iter().filter(|other| other.kind == kind).collect();
            let Some(first) = list.first() else { continue };
            let years: Vec<i16> = first.years.keys().copied().collect();
            let with_cost = list.iter().any(|other| other.cost.1 > 0);
            let mut head = vec![word(&format!("place-kind-{}", kind.code()))];
            head.extend(years.iter().map(ToString::to_string));
            head.push(word("place-head-sum"));
            if with_cost {
                head.push(word("place-head-cost"));
            }
            let row = |label: String, counts: &[u64], cost: i64| -> Vec<String> {
                let mut cells = vec![label];
                cells.extend(counts.iter().map(|n| whole(*n)));
                cells.push(whole(counts.iter().sum::<u64>()));
                if with_cost {
                    cells.push(kronor(cost));
                }
                cells
            };
            let counts = |other: &tables::Other| -> Vec<u64> { other.years.values().copied().collect() };
            let zeros = vec![0; years.len()];
            let plus = |a: &[u64], b: &[u64]| -> Vec<u64> { a.iter().zip(b).map(|(a, b)| a + b).collect() };
            let mut rows: Vec<Vec<String>> = Vec::new();
            let (shown, rest) =
                if list.len() > MOST_LINES { list.split_at(MOST_LINES - 1) } else { (&list[..], &list[..0]) };
            rows.extend(shown.iter().map(|other| row(other.what.clone(), &counts(other), other.cost.0)));
            if !rest.is_empty() {
                let all = rest.iter().fold(zeros.clone(), |sum, other| plus(&sum, &counts(other)));
                let label = said("place-rest", &[("count", rest.len().to_string())]);
                rows.push(row(label, &all, rest.iter().map(|other| other.cost.0).sum()));
            }
            let all = list.iter().fold(zeros, |sum, other| plus(&sum, &counts(other)));
            rows.push(row(word("place-head-sum"), &all, list.iter().map(|other| other.cost.0).sum()));
            let (n, with): (u64, u64) = (all.iter().sum(), list.iter().map(|other| other.cost.1).sum());
            let note = with_cost.then(|| said("place-note-cost", &[("with", whole(with)), ("n", whole(n))]));
            blocks.push(Block::Table(Table { caption: String::new(), head, rows, total: true, words: 1, note }));
        }
    }
    if extract.crime_left_out {
        if blocks.is_empty() {
            blocks.push(heading());
        }
        blocks.push(Block::Note { text: word("place-crime-left-out") });
    }
    blocks
}

fn measures(extract: &Extract) -> Vec<Block> {
    let heading = Block::Heading { text: word("place-heading-measures") };
    if extract.measures.is_empty() {
        return vec![heading, Block::Text { text: word("place-measures-none") }];
    }
    let rows = extract.measures.iter().map(|measure| {
        let cost = measure.cost.map_or_else(|| word("place-unknown"), |Ore(ore)| kronor(ore));
        let source = if measure.cost.is_some() {
            measure.cost_source.clone().unwrap_or_else(|| word("place-cost-unsourced"))
        } else {
            String::new()
        };
        vec![
            measure.from.clone().unwrap_or_else(|| word("place-unknown")),
            measure.kind.clone(),
            measure.name.clone().unwrap_or_default(),
            cost,
            source,
        ]
    });
    vec![
        heading,
        Block::Table(Table {
            caption: String::new(),
            head: ["from", "measure", "where", "cost", "cost-source"]
                .map(|id| word(&format!("place-head-{id}")))
                .to_vec(),
            rows: rows.take(12).collect(),
            total: false,
            words: 5,
            note: None,
        }),
    ]
}

fn conditions(extract: &Extract) -> Vec<Block> {
    if extract.conditions.is_empty() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for kind in ConditionKind::ALL {
        let list: Vec<_> = extract.conditions.iter().filter(|condition| condition.kind == kind).collect();
        let latest = list.iter().max_by(|a, b| a.period.cmp(&b.period).then(b.id.cmp(&a.id)));
        let Some(latest) = latest else { continue };
        let value = match (latest.value, &latest.unit) {
            (Some(value), Some(unit)) => format!("{} {unit}", decimal(value, usize::from(value.fract() != 0.0))),
            (Some(value), None) => decimal(value, usize::from(value.fract() != 0.0)),
            _ => String::new(),
        };
        rows.push(vec![
            word(&format!("condition-{}", kind.code())),
            whole(list.len() as u64),
            latest.period.clone().unwrap_or_else(|| word("place-undated")),
            [latest.what.clone().unwrap_or_default(), value].join(" ").trim().to_owned(),
        ]);
    }
    vec![
        Block::Heading { text: word("place-heading-conditions") },
        Block::Table(Table {
            caption: String::new(),
            head: ["condition", "number", "latest", "latest-value"]
                .map(|id| word(&format!("place-head-{id}")))
                .to_vec(),
            rows,
            total: false,
            words: 1,
            note: Some(word("place-note-conditions")),
        }),
    ]
}

/// The latest measured traffic of the place, where the road network has none: a count at one point, said as such.
fn measured(extract: &Extract) -> Option<String> {
    let counts = extract.conditions.iter().filter(|row| row.kind == ConditionKind::Traffic);
    let latest =
        counts.filter(|row| row.value.is_some()).max_by(|a, b| a.period.cmp(&b.period).then(b.id.cmp(&a.id)))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "vehicles a day")]
    let adt = latest.value?.max(0.0).round() as u64;
    let year = latest
        .period
        .as_deref()
        .and_then(|period| period.get(..4))
        .map_or_else(|| word("place-year-unknown"), str::to_owned);
    Some(said("place-adt-measured", &[("adt", whole(adt)), ("year", year)]))
}

fn gaps(extract: &Extract) -> Vec<String> {
    let mut lines = Vec::new();
    if extract.roads.length_m >= 1.0 && extract.roads.adt.is_none() {
        let measured = measured(extract).is_some();
        lines.push(word(if measured { "place-gap-adt-measured" } else { "place-gap-adt" }));
    } else if extract.roads.adt_share > 0.0 && extract.roads.adt_share < 0.95 {
        let share = decimal(extract.roads.adt_share * 100.0, 0);
        lines.push(said("place-gap-adt-part", &[("share", share)]));
    }
    if extract.roads.keepers.contains(&None) {
        lines.push(word("place-gap-keeper"));
    }
    if extract.unplaced_here > 0 {
        lines.push(said(
            "place-gap-street",
            &[("count", whole(extract.unplaced_here)), ("title", extract.title.clone())],
        ));
    }
    let unplaced: Vec<String> = extract
        .unplaced
        .iter()
        .map(|(kind, count)| format!("{} {}", word(&format!("place-kind-{kind}")).to_lowercase(), whole(*count)))
        .collect();
    if !unplaced.is_empty() {
        lines.push(said("place-gap-unplaced", &[("list", unplaced.join(", "))]));
    }
    if extract.coarse > 0 {
        lines.push(said("place-gap-coarse", &[("count", whole(extract.coarse))]));
    }
    if extract.accidents.undated.accidents > 0 {
        lines.push(said("place-gap-undated", &[("count", whole(extract.accidents.undated.accidents))]));
    }
    lines.push(word("place-gap-unreported"));
    lines
}

fn basis(extract: &Extract) -> String {
    let mut parts = vec![match extract.sort {
        Sort::Street => word("place-basis-street"),
        Sort::Junction => said("place-basis-junction", &[("radius", decimal(extract.buffer_m, 0))]),
        Sort::Area => word("place-basis-area"),
    }];
    if let Some(comparison) = &extract.comparison {
        parts.push(said("place-basis-compare", &[("similar", comparison.standing.others.to_string())]));
    }
    if matches!(extract.zero, Zero::Expected { .. }) {
        parts.push(word("place-basis-zero"));
    }
    if let Some(decision) = &extract.decision {
        parts.push(said(
            "place-basis-decision",
            &[
                ("diarienr", decision.diarienr.clone()),
                ("unit", decision.unit.clone()),
                ("purpose", decision.purpose.clone()),
                ("until", decision.erase_by.clone()),
            ],
        ));
    } else if extract.secrecy == crate::domain::Secrecy::Strada {
        parts.push(word("place-basis-no-decision"));
    }
    parts.push(said("place-basis-program", &[("version", env!("CARGO_PKG_VERSION").to_owned())]));
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_swedish_papers_write_them() {
        assert_eq!(
            (whole(7_u32), whole(1_234_u32), whole(1_234_567_u32)),
            ("7".to_owned(), "1\u{202f}234".to_owned(), "1\u{202f}234\u{202f}567".to_owned())
        );
        assert_eq!(
            (kronor(12_350), kronor(-99_950), kronor(0)),
            ("124 kr".to_owned(), "−1\u{202f}000 kr".to_owned(), "0 kr".to_owned())
        );
        assert_eq!(decimal(2.345, 1), "2,3");
        assert_eq!((years_text(&[2021, 2022]), years_text(&[2025]).as_str()), ("2021–2022".to_owned(), "2025"));
    }
}
