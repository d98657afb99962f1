//! Kinds of damage, the offices that report them, and the texts they write. All shares and sums are ours.

/// A kind of damage.
#[derive(Debug, Clone, Copy)]
pub struct Loss {
    /// The word in the column `Skadetyp`.
    pub name: &'static str,
    /// Share among background reports on buildings, and among those outdoors, relative.
    pub share: [u32; 2],
    /// Least and most cost in kronor; the least is far commoner.
    pub cost: (f64, f64),
    /// Share of reports with a police report.
    pub police: f64,
    /// Causes.
    pub causes: &'static [&'static str],
    /// What is written of a building, and of a thing outdoors.
    pub texts: [&'static [&'static str]; 2],
    /// Account in the ledger.
    pub account: u32,
}

/// All kinds.
pub const LOSSES: [Loss; 8] = [
    Loss {
        name: "Skadegörelse",
        share: [26, 34],
        cost: (600.0, 38_000.0),
        police: 0.6,
        causes: &["Okänd gärningsman", "Ungdomar", "Efter evenemang"],
        texts: [
            &[
                "Sönderslagen armatur.",
                "Bänk vält och bruten.",
                "Dörr uppbruten, karm skadad.",
                "Papperskorg eldad och bortsliten.",
            ],
            &[
                "Sönderslagen armatur.",
                "Bänk vält och bruten.",
                "Papperskorg eldad och bortsliten.",
                "Lucka uppbruten.",
            ],
        ],
        account: 7310,
    },
    Loss {
        name: "Klotter",
        share: [18, 26],
        cost: (900.0, 9_500.0),
        police: 0.5,
        causes: &["Okänd gärningsman"],
        texts: [
            &["Klotter ca 4 kvm på fasad.", "Klotter på skylt och elskåp.", "\"Taggar\" på vägg, sanerat."],
            &["Klotter på skylt och elskåp.", "Klotter ca 2 kvm, sanerat.", "\"Taggar\" på alla sidor."],
        ],
        account: 7311,
    },
    Loss {
        name: "Inbrott",
        share: [7, 0],
        cost: (3_000.0, 140_000.0),
        police: 0.97,
        causes: &["Okänd gärningsman"],
        texts: [
            &["Inbrott genom fönster, datorer borta.", "Inbrott i förråd, verktyg stulna."],
            &["Lucka uppbruten, kablar avklippta."],
        ],
        account: 7312,
    },
    Loss {
        name: "Brand",
        share: [4, 3],
        cost: (2_000.0, 900_000.0),
        police: 0.8,
        causes: &["Anlagd", "Elfel", "Okänd"],
        texts: [
            &["Brand i soprum, släckt av räddningstjänsten.", "Eldat toalettpapper.", "Brand i container."],
            &["Eldat i papperskorg.", "Brand i container, släckt av räddningstjänsten."],
        ],
        account: 7313,
    },
    Loss {
        name: "Vattenskada",
        share: [12, 1],
        cost: (5_000.0, 420_000.0),
        police: 0.0,
        causes: &["Läckande rör", "Skyfall", "Stopp i avlopp"],
        texts: [
            &[
                "Läckage i kök, golv upprivet.",
                "Vatten från tak efter skyfall.",
                "Stopp i golvbrunn, källare översvämmad.",
            ],
            &["Översvämmat efter skyfall.", "Vattenläcka har underminerat fundamentet."],
        ],
        account: 7314,
    },
    Loss {
        name: "Glaskross",
        share: [17, 16],
        cost: (1_400.0, 16_000.0),
        police: 0.45,
        causes: &["Okänd gärningsman", "Olyckshändelse", "Stenkast"],
        texts: [
            &["Krossad ruta, 2 x 1 m, säkrad med skiva.", "Glasparti i entré krossat.", "Ruta krossad av boll."],
            &["Krossad ruta i väderskydd, säkrad med skiva.", "Krossat armaturglas."],
        ],
        account: 7315,
    },
    Loss {
        name: "Stöld",
        share: [8, 7],
        cost: (700.0, 60_000.0),
        police: 0.9,
        causes: &["Okänd gärningsman"],
        texts: [
            &["Koppar stulen från tak.", "Cykel stulen ur låst förråd.", "Skyltar stulna."],
            &["Kabel stulen.", "Skylt stulen.", "Papperskorg stulen."],
        ],
        account: 7316,
    },
    Loss {
        name: "Fordon",
        share: [8, 13],
        cost: (1_500.0, 75_000.0),
        police: 0.3,
        causes: &["Påkörning", "Backning", "Smitning"],
        texts: [
            &["Tjänstebil påkörd på parkering.", "Backat på stolpe.", "Repor längs hela sidan, smitning."],
            &["Påkörd av okänt fordon.", "Påkörd av lastbil.", "Repor längs hela sidan på tjänstebil, smitning."],
        ],
        account: 7317,
    },
];

/// An office: name, unit, and its number in the ledger.
pub type Office = (&'static str, &'static str, u32);

/// The offices.
pub const OFFICES: [Office; 5] = [
    ("Utbildningsförvaltningen", "Grundskola", 41_210),
    ("Kultur- och fritidsförvaltningen", "Park och fritid", 52_300),
    ("Samhällsbyggnadskontoret", "Gata och trafik", 31_140),
    ("Bostadsbolaget", "Förvaltning", 71_050),
    ("Serviceförvaltningen", "Fastighet", 61_420),
];

/// Invented tracts of land, for property names such as `Provet 1:4`.
pub const TRACTS: [&str; 5] = ["Provet", "Exemplet", "Försöket", "Mönstret", "Utkastet"];

/// Second lines of descriptions.
pub const SEQUELS: [&str; 4] = [
    "Upptäckt av vaktmästare på morgonen.",
    "Jour tillkallad.",
    "Foton finns; väntar på offert.",
    "Åtgärdat samma dag.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_stand_where_the_hotspots_expect_them() {
        let names: Vec<&str> = LOSSES.iter().map(|loss| loss.name).collect();
        assert_eq!(
            names,
            ["Skadegörelse", "Klotter", "Inbrott", "Brand", "Vattenskada", "Glaskross", "Stöld", "Fordon"]
        );
    }
}
