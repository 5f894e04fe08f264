//! The names of SVG that the law speaks of, a table each (§16.9, §17.2, SVG 1.1).

/// The namespace of SVG.
pub(super) const SVG: &str = "http://www.w3.org/2000/svg";
/// The namespace of `xlink:href`.
pub(super) const XLINK: &str = "http://www.w3.org/1999/xlink";
/// The namespace of `xml:space` and its like.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Beginnings of the namespaces in which drawing programs keep what only they read.
pub(super) const EDITORS: &[&str] = &[
    "http://www.inkscape.org/namespaces/",
    "http://inkscape.sourceforge.net/DTD/",
    "http://sodipodi.sourceforge.net/DTD/",
    "http://ns.adobe.com/",
    "http://www.bohemiancoding.com/sketch/",
    "http://www.serif.com/",
    "http://www.vectornator.io",
    "http://boxy-svg.com",
    "https://boxy-svg.com",
    "http://krita.org/namespaces/",
    "http://schemas.microsoft.com/visio/",
];

/// Elements of SVG that draw nothing where they stand: words about the drawing, and what others paint, clip or mark with.
pub(super) const UNDRAWN: &[&str] =
    &["clipPath", "cursor", "desc", "linearGradient", "marker", "mask", "pattern", "radialGradient", "title", "view"];

/// An element that a tensor may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Svg,
    G,
    Path,
    Line,
    Rect,
    Circle,
    Ellipse,
    Polyline,
    Polygon,
    Defs,
    Use,
    Metadata,
}

/// Elements in the order of the law, with the attributes that are theirs.
pub(super) const ELEMENTS: &[(&str, Element, &[&str])] = &[
    ("svg", Element::Svg, &["version", "viewBox", "width", "height"]),
    ("g", Element::G, &[]),
    ("path", Element::Path, &["d"]),
    ("line", Element::Line, &["x1", "y1", "x2", "y2"]),
    ("rect", Element::Rect, &["x", "y", "width", "height", "rx", "ry"]),
    ("circle", Element::Circle, &["cx", "cy", "r"]),
    ("ellipse", Element::Ellipse, &["cx", "cy", "rx", "ry"]),
    ("polyline", Element::Polyline, &["points"]),
    ("polygon", Element::Polygon, &["points"]),
    ("defs", Element::Defs, &[]),
    ("use", Element::Use, &["href", "x", "y", "width", "height"]),
    ("metadata", Element::Metadata, &[]),
];

impl Element {
    /// The element of that local name; names compare with their case.
    pub(super) fn of(name: &str) -> Option<Element> {
        Some(match name {
            "path" => Element::Path,
            "g" => Element::G,
            "line" => Element::Line,
            "rect" => Element::Rect,
            "circle" => Element::Circle,
            "svg" => Element::Svg,
            "ellipse" => Element::Ellipse,
            "polyline" => Element::Polyline,
            "polygon" => Element::Polygon,
            "defs" => Element::Defs,
            "use" => Element::Use,
            "metadata" => Element::Metadata,
            _ => return None,
        })
    }

    /// The attributes that are its own.
    pub(super) fn attributes(self) -> &'static [&'static str] {
        ELEMENTS.iter().find(|row| row.1 == self).map_or(&[], |row| row.2)
    }

    /// Whether it draws: an id is an element's name in the lanes only then (B272).
    pub(super) fn draws(self) -> bool {
        !matches!(self, Element::Svg | Element::G | Element::Defs | Element::Metadata)
    }

    /// Whether it is legal and yet has no canonical form (`DECISIONS` 12).
    pub(super) fn is_legal_only(self) -> bool {
        matches!(self, Element::Ellipse | Element::Polyline | Element::Polygon | Element::Defs | Element::Use | Element::Metadata)
    }
}

/// Whether an element of that local name is forbidden by name (§16.9); `animate` stands for all that begin with it, `fe` for the parts of a filter.
pub(super) fn is_forbidden(name: &str) -> bool {
    const FORBIDDEN: &[&str] = &["audio", "filter", "foreignObject", "image", "script", "style", "text", "video"];
    FORBIDDEN.binary_search_by(|own| own.bytes().cmp(name.bytes())).is_ok() || name.starts_with("animate") || is_filter_part(name)
}

fn is_filter_part(name: &str) -> bool {
    name.strip_prefix("fe").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// What an attribute without a namespace is, on any element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shared {
    /// Time (B128, B129).
    Timing,
    /// Style sheets (B130).
    Css,
    /// A script that an event starts (B119).
    Event,
    /// Looks, which a tensor has none of (B170).
    Looks,
    /// Depends on the size of the picture on a screen (B131).
    Viewport,
    /// Written by the canonical form (`DECISIONS` 50).
    Mark,
}

/// What an attribute that is not the element's own is.
pub(super) fn shared(name: &str) -> Option<Shared> {
    if let Some(event) = name.strip_prefix("on") {
        return event.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(Shared::Event);
    }
    let found = SHARED.binary_search_by(|row| row.0.cmp(name)).ok()?;
    SHARED.get(found).map(|row| row.1)
}

/// Sorted by name.
const SHARED: &[(&str, Shared)] = &[
    ("accumulate", Shared::Timing),
    ("additive", Shared::Timing),
    ("alignment-baseline", Shared::Looks),
    ("attributeName", Shared::Timing),
    ("attributeType", Shared::Timing),
    ("baseline-shift", Shared::Looks),
    ("begin", Shared::Timing),
    ("by", Shared::Timing),
    ("calcMode", Shared::Timing),
    ("class", Shared::Css),
    ("clip", Shared::Looks),
    ("clip-path", Shared::Looks),
    ("clip-rule", Shared::Looks),
    ("color", Shared::Looks),
    ("color-interpolation", Shared::Looks),
    ("color-interpolation-filters", Shared::Looks),
    ("color-profile", Shared::Looks),
    ("color-rendering", Shared::Looks),
    ("cursor", Shared::Looks),
    ("data-mx2lm", Shared::Mark),
    ("data-o", Shared::Mark),
    ("data-sw", Shared::Mark),
    ("data-sx", Shared::Mark),
    ("data-sy", Shared::Mark),
    ("data-tm", Shared::Mark),
    ("direction", Shared::Looks),
    ("display", Shared::Looks),
    ("dominant-baseline", Shared::Looks),
    ("dur", Shared::Timing),
    ("enable-background", Shared::Looks),
    ("end", Shared::Timing),
    ("fill", Shared::Looks),
    ("fill-opacity", Shared::Looks),
    ("fill-rule", Shared::Looks),
    ("filter", Shared::Looks),
    ("flood-color", Shared::Looks),
    ("flood-opacity", Shared::Looks),
    ("font", Shared::Looks),
    ("font-family", Shared::Looks),
    ("font-size", Shared::Looks),
    ("font-size-adjust", Shared::Looks),
    ("font-stretch", Shared::Looks),
    ("font-style", Shared::Looks),
    ("font-variant", Shared::Looks),
    ("font-weight", Shared::Looks),
    ("from", Shared::Timing),
    ("glyph-orientation-horizontal", Shared::Looks),
    ("glyph-orientation-vertical", Shared::Looks),
    ("image-rendering", Shared::Looks),
    ("isolation", Shared::Looks),
    ("kerning", Shared::Looks),
    ("keyPoints", Shared::Timing),
    ("keySplines", Shared::Timing),
    ("keyTimes", Shared::Timing),
    ("letter-spacing", Shared::Looks),
    ("lighting-color", Shared::Looks),
    ("marker", Shared::Looks),
    ("marker-end", Shared::Looks),
    ("marker-mid", Shared::Looks),
    ("marker-start", Shared::Looks),
    ("mask", Shared::Looks),
    ("mask-type", Shared::Looks),
    ("max", Shared::Timing),
    ("min", Shared::Timing),
    ("mix-blend-mode", Shared::Looks),
    ("overflow", Shared::Looks),
    ("paint-order", Shared::Looks),
    ("pointer-events", Shared::Looks),
    ("preserveAspectRatio", Shared::Viewport),
    ("repeatCount", Shared::Timing),
    ("repeatDur", Shared::Timing),
    ("restart", Shared::Timing),
    ("shape-rendering", Shared::Looks),
    ("stop-color", Shared::Looks),
    ("stop-opacity", Shared::Looks),
    ("stroke", Shared::Looks),
    ("stroke-dasharray", Shared::Looks),
    ("stroke-dashoffset", Shared::Looks),
    ("stroke-linecap", Shared::Looks),
    ("stroke-linejoin", Shared::Looks),
    ("stroke-miterlimit", Shared::Looks),
    ("stroke-opacity", Shared::Looks),
    ("style", Shared::Css),
    ("text-anchor", Shared::Looks),
    ("text-decoration", Shared::Looks),
    ("text-overflow", Shared::Looks),
    ("text-rendering", Shared::Looks),
    ("to", Shared::Timing),
    ("transform-origin", Shared::Looks),
    ("unicode-bidi", Shared::Looks),
    ("values", Shared::Timing),
    ("vector-effect", Shared::Viewport),
    ("visibility", Shared::Looks),
    ("white-space", Shared::Looks),
    ("word-spacing", Shared::Looks),
    ("writing-mode", Shared::Looks),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_agree() {
        assert!(SHARED.is_sorted_by(|a, b| a.0 < b.0));
        for (name, element, _) in ELEMENTS {
            assert_eq!(Element::of(name), Some(*element));
        }
    }

    // rows: B097 B109 B110 B111 B112 B113 B114 B115 B116 B117
    #[test]
    fn forbidden_names_are_forbidden_and_near_misses_are_only_unknown() {
        for name in "script style image text foreignObject animate animateTransform animateMotion animateColor filter feBlend video audio"
            .split(' ')
        {
            assert!(is_forbidden(name) && Element::of(name).is_none(), "{name}");
        }
        for name in "Script TEXT tspan set mpath textPath foreignobject feet symbol title".split(' ') {
            assert!(!is_forbidden(name) && Element::of(name).is_none(), "{name}");
        }
    }
}
