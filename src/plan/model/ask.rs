//! Questions that rules ask of a plan.

use geo::{Coord, Polygon, Rect};
use serde_json::Value as Json;

use super::{Form, Kind, Meaning, Part, Plan, Provision};

impl Plan {
    /// The provision with this id, or else with this UUID.
    #[must_use]
    pub fn provision(&self, id: &str) -> Option<&Provision> {
        let by_id = self.provisions.iter().find(|provision| provision.id == id);
        by_id.or_else(|| self.provisions.iter().find(|provision| provision.uuid.as_deref() == Some(id)))
    }

    /// Provisions of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Provision> {
        self.provisions.iter().filter(move |provision| provision.kind == kind)
    }

    /// Provisions about one thing, of whatever kind. Empty before the plan is recognised.
    pub fn about(&self, meaning: Meaning) -> impl Iterator<Item = &Provision> {
        self.provisions.iter().filter(move |provision| provision.meaning() == meaning)
    }

    /// Uses of one form, each with its areas.
    pub fn uses_of(&self, form: Form) -> impl Iterator<Item = (&Provision, &Polygon<f64>)> {
        let uses = self.of_kind(Kind::Use).filter(move |provision| provision.form == Some(form));
        uses.flat_map(|provision| provision.areas().map(move |area| (provision, area)))
    }

    /// All areas of public place. An area with two uses comes once for each.
    pub fn public_places(&self) -> impl Iterator<Item = (&Provision, &Polygon<f64>)> {
        self.uses_of(Form::PublicPlace)
    }

    /// All areas of use with this letter or word, whatever its case: `B`, `GATA`. An area marked `BC` counts for both `B` and
    /// `C`: single capitals stand beside each other.
    pub fn areas_with_letter<'a>(&'a self, letter: &'a str) -> impl Iterator<Item = (&'a Provision, &'a Polygon<f64>)> {
        let has = move |provision: &&Provision| provision.letters().iter().any(|one| one.eq_ignore_ascii_case(letter));
        let uses = self.of_kind(Kind::Use).filter(has);
        uses.flat_map(|provision| provision.areas().map(move |area| (provision, area)))
    }

    /// The areas of the plan itself.
    pub fn areas(&self) -> impl Iterator<Item = &Polygon<f64>> {
        self.parts.iter().filter_map(Part::polygon)
    }

    /// The box around the plan area, or around all provisions where the plan has none; `None` where neither has coordinates
    /// that are metres of a map.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect<f64>> {
        let of = |parts: &mut dyn Iterator<Item = &Part>| {
            let boxes = parts.filter(|part| part.shape.is_usable()).filter_map(|part| part.shape.bounds());
            boxes.reduce(|a, b| {
                let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
                Rect::new(low, Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
            })
        };
        of(&mut self.parts.iter()).or_else(|| of(&mut self.provisions.iter().flat_map(|provision| &provision.parts)))
    }

    /// The implementation period in months: from the decisions, else from a provision that says it in years (SS 637040).
    #[must_use]
    pub fn implementation_months(&self) -> Option<u64> {
        let decided = self.decisions.iter().find_map(|decision| decision.implementation_months);
        let years = || {
            let value = self.about(Meaning::Implementation).flat_map(|provision| &provision.values).next()?;
            // Plans give 5 to 15 years (PBL 4 kap 21 §); a century is no number of years here.
            let years = value.text.trim().parse::<u64>().ok()?;
            (years <= 100).then_some(years * 12)
        };
        decided.or_else(years)
    }

    /// Provisions that say who is responsible for public places (huvudmannaskap); none where the plan is silent, and then the
    /// law decides and not this program.
    pub fn responsibility(&self) -> impl Iterator<Item = &Provision> {
        let says = |provision: &&Provision| {
            let wording = provision.wording.as_deref().unwrap_or_default().to_lowercase();
            provision.meaning() == Meaning::Responsibility || wording.contains("huvudman")
        };
        self.provisions.iter().filter(says)
    }

    /// Whether work on the plan began on 2022-01-01 or later, when BFS 2020:5 binds; `None` where no decision says when.
    #[must_use]
    pub fn begun_after_2021(&self) -> Option<bool> {
        let begun = self.decisions.iter().find_map(|decision| decision.begun.as_deref())?;
        // Dates are written year first, so their order is that of their letters.
        (begun.len() >= 10 && begun.as_bytes()[..4].iter().all(u8::is_ascii_digit)).then_some(begun >= "2022-01-01")
    }

    /// All text of the description (planbeskrivning) and of the motives, a paragraph a line. Links are left out.
    #[must_use]
    pub fn description_text(&self) -> String {
        let mut texts = Vec::new();
        if let Some(description) = &self.description {
            gather(description, &mut texts);
        }
        texts.extend(self.provisions.iter().filter_map(|provision| provision.motive.as_deref()));
        texts.join("\n")
    }
}

impl Provision {
    /// Its letters apart: a run of single capitals is one use each (`BC` is `B` and `C`), a word is itself (`GATA`). Empty
    /// where it has none.
    #[must_use]
    pub fn letters(&self) -> Vec<&str> {
        let Some(letter) = self.letter.as_deref().map(str::trim).filter(|letter| !letter.is_empty()) else {
            return Vec::new();
        };
        let combined = self.form != Some(Form::PublicPlace)
            && (2..=3).contains(&letter.len())
            && letter.bytes().all(|byte| byte.is_ascii_uppercase());
        if combined { letter.split_inclusive(|_| true).collect() } else { vec![letter] }
    }
}

fn gather<'a>(value: &'a Json, texts: &mut Vec<&'a str>) {
    match value {
        Json::String(text) if !text.starts_with("http") => texts.push(text),
        Json::Array(list) => list.iter().for_each(|one| gather(one, texts)),
        Json::Object(members) => members.values().for_each(|one| gather(one, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Decision, Shape};
    use super::*;
    use geo::polygon;

    fn square(kind: Kind, form: Form, letter: &str, west: f64) -> Provision {
        let mut provision = Provision::new(letter, kind);
        provision.form = Some(form);
        provision.letter = Some(letter.to_owned());
        let area = polygon![(x: west, y: 0.0), (x: west + 10.0, y: 0.0), (x: west + 10.0, y: 10.0), (x: west, y: 10.0)];
        provision.parts.push(Part::new(Shape::Area(area)));
        provision
    }

    fn plan() -> Plan {
        let provisions = vec![
            square(Kind::Use, Form::Kvartersmark, "B", 0.0),
            square(Kind::Use, Form::Kvartersmark, "BC", 10.0),
            square(Kind::Use, Form::PublicPlace, "GATA", 20.0),
            square(Kind::Property, Form::Kvartersmark, "b", 0.0),
        ];
        Plan { provisions, ..Plan::default() }
    }

    #[test]
    fn areas_are_found_by_letter_and_by_form() {
        let plan = plan();
        assert_eq!(plan.areas_with_letter("B").count(), 2);
        assert_eq!(plan.areas_with_letter("C").count(), 1);
        assert_eq!(plan.areas_with_letter("gata").count(), 1);
        assert_eq!(plan.areas_with_letter("G").count(), 0);
        assert_eq!(plan.public_places().count(), 1);
        assert_eq!(plan.bounds().map(|bounds| bounds.max().x), Some(30.0));
        assert_eq!(Plan::default().bounds(), None);
    }

    #[test]
    fn the_rules_that_bind_follow_from_when_work_began() {
        let begun = |date: &str| {
            let decision = Decision { begun: Some(date.to_owned()), ..Decision::default() };
            Plan { decisions: vec![decision], ..Plan::default() }.begun_after_2021()
        };
        assert_eq!(begun("2021-12-31"), Some(false));
        assert_eq!(begun("2022-01-01"), Some(true));
        assert_eq!(begun("snart"), None);
        assert_eq!(Plan::default().begun_after_2021(), None);
    }

    #[test]
    fn the_description_is_all_its_texts_and_the_motives() {
        let mut plan = plan();
        plan.description = Some(serde_json::json!({"a": ["Trygghet", {"b": "Belysning"}], "c": "https://x", "d": 3}));
        plan.provisions[0].motive = Some("Bostäder".to_owned());
        assert_eq!(plan.description_text(), "Trygghet\nBelysning\nBostäder");
    }
}
