//! Free texts, of the sort that police and hospitals write. No names, no numbers that point at anyone; every text has a
//! line break, as real ones have.

use super::accidents::{Accident, Reported};
use super::kinds::letter;
use super::people::{Human, Injury, SCOOTER};
use crate::domain::random::Stream;

/// First lines by letter of the accident type: what the police write.
fn police(code: &str) -> &'static [&'static str] {
    match code {
        "S" => &[
            "Bilen kom av vägen i kurvan och stannade i diket.",
            "Föraren fick sladd och körde in i ett räcke.",
            "Bilen voltade efter att ha kommit ut på vägrenen.",
        ],
        "M" => &[
            "Fordonen möttes på vägen och det ena kom över på fel sida.",
            "Frontalkollision i låg fart på halt underlag.",
        ],
        "O" => &["Omkörning som avbröts när ett fordon svängde ut."],
        "U" => &[
            "Bilen framför bromsade för kö och blev påkörd bakifrån.",
            "Påkörning bakifrån vid väjningslinjen.",
            "Tre bilar i kö, den sista hann inte stanna.",
        ],
        "A" => &["Bil 1 svängde vänster framför mötande bil 2.", "Svängande bil lämnade inte företräde."],
        "K" => &[
            "Bil 1 körde ut i korsningen utan att lämna företräde.",
            "Kollision i korsningen, båda uppger grönt läge saknas.",
        ],
        "C" => &[
            "Cyklisten kom på cykelöverfarten och blev påkörd av svängande bil.",
            "Bilisten såg inte cyklisten i den låga solen.",
            "Cykel och bil kolliderade i korsningen.",
        ],
        "F" => &[
            "Fotgängaren gick på övergångsstället och blev påkörd.",
            "Gående klev ut mellan parkerade bilar.",
            "Bilisten hann inte stanna före övergångsstället.",
        ],
        "W1" => &["Ett rådjur sprang ut framför bilen."],
        "G3" | "G4" | "G5" => &["Kollision på gång- och cykelbanan.", "De möttes i en skymd kurva och hann inte väja."],
        _ => &["Personen ramlade omkull på platsen.", "Singelolycka enligt vittne."],
    }
}

/// First lines by letter of the accident type: what the hurt tell the hospital.
fn hospital(code: &str) -> &'static [&'static str] {
    match code {
        "G0" => &[
            "Halkade på isig trottoar.",
            "Snubblade på ojämn plattsättning.",
            "Halkade på blöta löv och föll framåt.",
            "Trampade fel vid trottoarkanten.",
        ],
        "G1" => &[
            "Cyklade omkull i kurvan.",
            "Framhjulet fastnade i en spricka i asfalten.",
            "Halkade på löst grus med cykeln.",
            "Bromsade för hårt och flög över styret.",
            "Körde på en trottoarkant och föll.",
        ],
        "G2" => &["Körde omkull med moped på hal väg.", "Tappade greppet i kurvan med mopeden."],
        "G3" => &["Blev påkörd av cykel på gångbanan.", "Cykel och gående krockade på gång- och cykelvägen."],
        "G4" => &["Krockade med annan cyklist.", "Två cyklar möttes och styrena hakade i varandra."],
        "G5" => &["Moped och cykel krockade på cykelvägen."],
        "C" => {
            &["Blev påkörd av bil på cykel.", "Bilen svängde in framför cykeln.", "Bildörr öppnades framför cykeln."]
        }
        "F" => &["Blev påkörd av bil på övergångsställe.", "Påkörd av backande bil."],
        _ => &["Trafikolycka med bil, bältad.", "Satt i bil som krockade.", "Nacksmärta efter krock med bil."],
    }
}

const SEQUELS_POLICE: [&str; 4] = [
    "Vägbanan uppges ha varit hal.",
    "Sikten var god.",
    "Parterna lämnade uppgifter på platsen.",
    "Ambulans tillkallades.",
];
const SEQUELS_HOSPITAL: [&str; 4] =
    ["Slog i handen och knäet.", "Tog emot sig med höger arm.", "Sökte vård samma dag.", "Bar hjälm."];
const SCOOTER_LINES: [&str; 3] = [
    "Körde omkull med elsparkcykel.",
    "Tappade balansen på elsparkcykel mot trottoarkanten.",
    "Elsparkcykeln fastnade med framhjulet i gatstenen.",
];

/// The texts of police and hospital, each empty where that source did not report the person.
pub fn tell(accident: &Accident, human: &Human, stream: &mut Stream) -> [String; 2] {
    let code = letter(accident.kind);
    let month = accident.day.month();
    let in_season = |line: &str| {
        (!line.contains("isig") || matches!(month, 1..=3 | 11..=12)) && (!line.contains("löv") || month >= 9)
    };
    let mut story = |lines: &[&'static str], sequels: &[&'static str]| {
        let lines: Vec<&'static str> = lines.iter().copied().filter(|line| in_season(line)).collect();
        let first = if human.mode == SCOOTER { stream.pick(&SCOOTER_LINES) } else { stream.pick(&lines) };
        let second = stream.pick(sequels);
        format!("{}\n{}", first.copied().unwrap_or_default(), second.copied().unwrap_or_default())
    };
    let by_police =
        if human.reported == Reported::Hospital { String::new() } else { story(police(code), &SEQUELS_POLICE) };
    let by_hospital = if human.reported == Reported::Police || human.injury == Injury::None {
        String::new()
    } else {
        story(hospital(code), &SEQUELS_HOSPITAL)
    };
    [by_police, by_hospital]
}
