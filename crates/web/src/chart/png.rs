//! A picture as PNG, for whatever shows no SVG: messages and previews of links.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::SIZE;

/// The family of the built-in font.
const FAMILY: &str = "Inter";

/// The width of a PNG in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Width(u16);

impl Width {
    /// The one of messages and previews.
    pub(crate) const USUAL: Self = Self(1_200);

    /// The least and the most: smaller ones cannot be read, and larger ones cost without showing more.
    const BOUNDS: (u16, u16) = (320, 2_400);

    /// Reads a width.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (least, most) = Self::BOUNDS;
        let width = text.parse().ok().filter(|width| (least..=most).contains(width));
        width
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no width; it is {least} to {most} pixels"))
    }

    /// The height of a picture of this width.
    fn height(self) -> u32 {
        (u32::from(self.0) * SIZE.1).div_ceil(SIZE.0)
    }
}

/// What PNGs are drawn with: one built-in font, and nothing of the machine's.
pub(crate) struct Brush(Options<'static>);

impl Brush {
    pub(crate) fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(include_bytes!("../../static/inter-latin.otf").to_vec());
        // What a style asks for and is not there is drawn in this one too.
        fonts.set_sans_serif_family(FAMILY);
        fonts.set_serif_family(FAMILY);
        Self(Options {
            font_family: FAMILY.to_owned(),
            fontdb: Arc::new(fonts),
            ..Options::default()
        })
    }

    /// Draws a picture of ours; nothing where it is none that can be drawn.
    pub(crate) fn png(&self, svg: &str, width: Width) -> Option<Vec<u8>> {
        let tree = Tree::from_str(svg, &self.0).ok()?;
        let scale = f32::from(width.0) / tree.size().width();
        let mut pixels = Pixmap::new(u32::from(width.0), width.height())?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
        pixels.encode_png().ok()
    }
}
