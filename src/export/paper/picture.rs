//! Pictures for forms of paper that hold no SVG.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Dots an inch: enough for print.
const DOTS: f64 = 220.0;

static FACES: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut faces = fontdb::Database::new();
    for data in typst_assets::fonts() {
        faces.load_font_source(fontdb::Source::Binary(Arc::new(data)));
    }
    faces.set_serif_family("Libertinus Serif");
    faces.set_sans_serif_family("Libertinus Serif");
    Arc::new(faces)
});

/// An SVG as PNG of this width.
pub(super) fn png(svg: &str, width_mm: f64) -> Result<(Vec<u8>, u32, u32), String> {
    let options = Options { fontdb: FACES.clone(), font_family: "Libertinus Serif".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let width = (width_mm / 25.4 * DOTS).round().clamp(1.0, 8_000.0);
    let scale = width / f64::from(tree.size().width());
    let height = (f64::from(tree.size().height()) * scale).round().clamp(1.0, 12_000.0);
    let (wide, high) = (width as u32, height as u32);
    let mut pixels = Pixmap::new(wide, high).ok_or("0 x 0")?;
    pixels.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixels.as_mut());
    Ok((pixels.encode_png().map_err(|error| error.to_string())?, wide, high))
}
