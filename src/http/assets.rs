//! The bundled page, embedded in the binary. `make web` builds the files before cargo does.

/// One file of the page.
pub struct Asset {
    /// Name under `/assets/`.
    pub name: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal => $media_type:literal),+ $(,)?) => {
        &[$(Asset { name: $name, media_type: $media_type, bytes: include_bytes!(concat!("../web/dist/", $name)) }),+]
    };
}

/// Every file of the page. A test compares the list with the bundler's manifest.
pub const ASSETS: &[Asset] = assets! {
    "index.html" => "text/html; charset=utf-8",
    "app.js" => "text/javascript; charset=utf-8",
    "app.css" => "text/css; charset=utf-8",
    "worker.js" => "text/javascript; charset=utf-8",
    "icon.svg" => "image/svg+xml",
    "licences.txt" => "text/plain; charset=utf-8",
    "source-sans-400.woff2" => "font/woff2",
    "source-sans-600.woff2" => "font/woff2",
    "source-sans-700.woff2" => "font/woff2",
};

/// The file of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_list_is_the_bundlers_manifest() {
        let manifest: BTreeMap<String, String> =
            serde_json::from_str(include_str!("../web/dist/manifest.json")).expect("the bundler writes JSON");
        let ours: BTreeMap<String, String> =
            ASSETS.iter().map(|asset| (asset.name.to_owned(), asset.media_type.to_owned())).collect();
        assert_eq!(ours, manifest);
    }
}
