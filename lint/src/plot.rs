//! Pictures for people: a sheet that shapes and words are put on, written as SVG, or as PNG by the name of the file.
//!
//! Colours are those of Okabe and Ito, which people with any kind of colour vision tell apart; whoever draws with them adds a second
//! sign (a dash, a shape, a word), so that a picture also reads in black and white. Numbers are rounded to hundredths, so the bytes of
//! an SVG depend on what is drawn alone. This file does not know what is drawn.

pub mod tensor;

use std::{fmt::Write as _, path::Path};

use resvg::{
    tiny_skia::{Color, Pixmap, Transform},
    usvg::{Options, Tree},
};

/// Black, and the seven colours that stay apart.
pub const BLACK: &str = "#000000";
pub const ORANGE: &str = "#e69f00";
pub const SKY: &str = "#56b4e9";
pub const GREEN: &str = "#009e73";
pub const YELLOW: &str = "#f0e442";
pub const BLUE: &str = "#0072b2";
pub const VERMILLION: &str = "#d55e00";
pub const PURPLE: &str = "#cc79a7";
/// Lines that only help to read.
pub const GREY: &str = "#888888";
/// Areas that only help to read.
pub const PALE: &str = "#e8e8e8";

/// Widest and highest sheet in pixels; a PNG takes four bytes a pixel.
const MOST_PIXELS: f64 = 8192.0;

/// Where words stand at their point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// They begin there.
    Start,
    /// Their middle is there.
    Middle,
    /// They end there.
    End,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// A colour as SVG writes it.
    pub colour: &'static str,
    /// In pixels.
    pub width: f64,
    /// Lengths of dashes and gaps; empty for a whole line.
    pub dash: &'static str,
}

impl Stroke {
    /// A whole line.
    pub const fn new(colour: &'static str, width: f64) -> Stroke {
        Stroke { colour, width, dash: "" }
    }

    /// A line in dashes.
    pub const fn dashed(self, dash: &'static str) -> Stroke {
        Stroke { dash, ..self }
    }

    fn write(&self, out: &mut String) {
        let _ = write!(out, " stroke=\"{}\" stroke-width=\"{}\"", self.colour, number(self.width));
        if !self.dash.is_empty() {
            let _ = write!(out, " stroke-dasharray=\"{}\"", self.dash);
        }
    }
}

/// A sheet in pixels, from the upper left corner.
#[derive(Debug)]
pub struct Sheet {
    width: f64,
    height: f64,
    title: String,
    body: String,
}

impl Sheet {
    /// A white sheet. The title is what a screen reader says of it.
    pub fn new(width: f64, height: f64, title: &str) -> Sheet {
        Sheet { width: width.clamp(1.0, MOST_PIXELS), height: height.clamp(1.0, MOST_PIXELS), title: title.to_owned(), body: String::new() }
    }

    /// A straight line.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], stroke: Stroke) {
        self.path(&[from, to], false, None, Some(stroke));
    }

    /// A line through points, or an area. Nothing for fewer than two points.
    pub fn path(&mut self, points: &[[f64; 2]], closed: bool, fill: Option<&str>, stroke: Option<Stroke>) {
        if points.len() < 2 {
            return;
        }
        self.body.push_str("<path d=\"");
        for (index, [x, y]) in points.iter().enumerate() {
            let _ = write!(self.body, "{}{} {}", if index == 0 { "M" } else { "L" }, number(*x), number(*y));
        }
        self.body.push_str(if closed { "Z\"" } else { "\"" });
        self.paint(fill, stroke);
    }

    /// A rectangle.
    pub fn rect(&mut self, corner: [f64; 2], size: [f64; 2], fill: Option<&str>, stroke: Option<Stroke>) {
        let ([x, y], [width, height]) = (corner.map(number), size.map(|side| number(side.max(0.0))));
        let _ = write!(self.body, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        self.paint(fill, stroke);
    }

    /// A circle.
    pub fn circle(&mut self, centre: [f64; 2], radius: f64, fill: Option<&str>, stroke: Option<Stroke>) {
        let [x, y] = centre.map(number);
        let _ = write!(self.body, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\"", number(radius.max(0.0)));
        self.paint(fill, stroke);
    }

    /// One line of words; `size` is the height of the letters' line in pixels.
    pub fn text(&mut self, at: [f64; 2], size: f64, anchor: Anchor, words: &str) {
        let [x, y] = at.map(number);
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let size = number(size);
        let _ = write!(self.body, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\">{}</text>", escaped(words));
        self.body.push('\n');
    }

    fn paint(&mut self, fill: Option<&str>, stroke: Option<Stroke>) {
        let _ = write!(self.body, " fill=\"{}\"", fill.unwrap_or("none"));
        if let Some(stroke) = stroke {
            stroke.write(&mut self.body);
        }
        self.body.push_str("/>\n");
    }

    /// The sheet as SVG.
    pub fn svg(&self) -> String {
        let (width, height) = (number(self.width), number(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"DejaVu Sans, Verdana, Helvetica, Arial, sans-serif\">\n<title>{}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            escaped(&self.title),
            self.body
        )
    }

    /// The bytes of a file of that name: PNG for `.png`, SVG for `.svg`; the error says why not.
    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>, String> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if extension.eq_ignore_ascii_case("svg") {
            Ok(self.svg().into_bytes())
        } else if extension.eq_ignore_ascii_case("png") {
            self.png()
        } else {
            Err(format!("`{}` names neither `.svg` nor `.png`: a picture is written as one of them", path.display()))
        }
    }

    fn png(&self) -> Result<Vec<u8>, String> {
        let mut options = Options::default();
        options.fontdb_mut().load_system_fonts();
        let names: Vec<String> = options.fontdb.faces().flat_map(|face| face.families.iter()).map(|(name, _)| name.clone()).collect();
        let Some(any) = names.first() else {
            return Err("there is no font on this machine to write the words of a PNG with; write an `.svg` instead".to_owned());
        };
        // machines that hold none of the fonts that the sheet asks for answer with another one
        let asked = ["DejaVu Sans", "Verdana", "Helvetica", "Arial"];
        let sans = asked.into_iter().find(|asked| names.iter().any(|name| name == asked)).unwrap_or(any);
        options.fontdb_mut().set_sans_serif_family(sans);
        let tree = Tree::from_str(&self.svg(), &options).map_err(|error| error.to_string())?;
        let mut pixels =
            Pixmap::new(self.width.ceil() as u32, self.height.ceil() as u32).ok_or_else(|| "the picture has no pixels".to_owned())?;
        pixels.fill(Color::WHITE);
        resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| error.to_string())
    }
}

/// A number in hundredths, without a tail of zeros; what is not finite counts as 0.
fn number(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_well_formed_whatever_the_words_are() {
        let mut sheet = Sheet::new(200.0, 100.0, "a < b & \u{1}");
        sheet.text([10.0, 20.0], 12.0, Anchor::Start, "<script>\u{7}&amp;");
        sheet.circle([f64::NAN, 3.0], -1.0, Some(BLUE), None);
        sheet.line([0.0, 0.0], [199.999, 0.004], Stroke::new(BLACK, 1.0).dashed("4 2"));
        let svg = sheet.svg();
        assert!(svg.contains("&lt;script&gt;\u{fffd}&amp;amp;"), "{svg}");
        assert!(svg.contains("M0 0L200 0"), "{svg}");
        Tree::from_str(&svg, &Options::default()).expect("it can be drawn");
    }

    #[test]
    fn the_name_of_the_file_decides_the_format() {
        let sheet = Sheet::new(20.0, 10.0, "empty");
        assert!(sheet.bytes(Path::new("a.SVG")).is_ok_and(|bytes| bytes.starts_with(b"<svg ")));
        assert!(sheet.bytes(Path::new("a.gif")).is_err_and(|why| why.contains(".png")));
        match sheet.bytes(Path::new("a.png")) {
            Ok(bytes) => assert!(bytes.starts_with(b"\x89PNG")),
            Err(why) => assert!(why.contains("no font"), "{why}"),
        }
    }
}
