//! The style sheets inside a drawing, as far as they say what its classes look like. They mean nothing in a tensor; a fix that removes them
//! has to know what they said. Only what cannot be misread is read: a sheet that selects by anything but single classes is left alone.

use std::collections::HashMap;

use super::names;
use crate::syntax::xml::{Attribute, Element, Elements};

/// What the classes of a drawing look like.
#[derive(Debug)]
pub(super) struct StyleSheet {
    /// By class, the declarations with the number of their place in the sheets.
    classes: HashMap<String, Vec<(usize, String, String)>>,
    /// Whether an element has a class that the sheets speak of.
    pub in_use: bool,
}

impl StyleSheet {
    /// Reads all sheets of a drawing; `None` where there is none, and where one cannot be read this simply.
    pub fn of(elements: &Elements<'_>) -> Option<Self> {
        if elements.instructions().any(|instruction| instruction.target == "xml-stylesheet") {
            return None;
        }
        let is_sheet = |node: &Element<'_>| node.local() == "style" && node.namespace().is_none_or(|namespace| namespace == names::SVG);
        let mut sheet = StyleSheet { classes: HashMap::new(), in_use: false };
        let mut found = false;
        for node in elements.iter().filter(is_sheet) {
            if node.value("media").is_some_and(|media| media.trim() != "all") {
                return None;
            }
            sheet.read(&node.content())?;
            found = true;
        }
        sheet.in_use = elements.iter().filter_map(|node| node.attribute("class")).any(|class| sheet.speaks_of(class));
        found.then_some(sheet)
    }

    fn read(&mut self, text: &str) -> Option<()> {
        let text = without_comments(text)?;
        let mut rest = text.as_str();
        while let Some((selectors, after)) = rest.split_once('{') {
            let (body, next) = after.split_once('}')?;
            // strings may hold any of the signs that are looked for; what is important counts more than its place says
            if body.contains(['{', '"', '\'', '\\', '!', '<']) {
                return None;
            }
            let place = self.classes.values().map(Vec::len).sum::<usize>();
            for selector in selectors.split(',') {
                let class = selector.trim().strip_prefix('.').filter(|name| is_name(name))?;
                let own = self.classes.entry(class.to_owned()).or_default();
                for declaration in body.split(';').map(str::trim).filter(|declaration| !declaration.is_empty()) {
                    let (name, value) = declaration.split_once(':')?;
                    own.push((place, name.trim().to_owned(), value.trim().to_owned()));
                }
            }
            rest = next;
        }
        rest.trim().is_empty().then_some(())
    }

    /// What is declared for an element of these classes: of two declarations of one thing the later one, in the order of the sheets.
    pub fn declared(&self, classes: &str) -> Vec<(&str, &str)> {
        let own = classes.split_whitespace().filter_map(|class| self.classes.get(class)).flatten();
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|(place, ..)| *place);
        let mut declared: Vec<(&str, &str)> = Vec::new();
        for (_, name, value) in own {
            declared.retain(|(known, _)| known != name);
            declared.push((name, value));
        }
        declared
    }

    /// Whether a sheet speaks of one of the classes.
    pub fn speaks_of(&self, class: Attribute<'_>) -> bool {
        class.value().split_whitespace().any(|class| self.classes.contains_key(class))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii())
}

fn without_comments(text: &str) -> Option<String> {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some((head, after)) = rest.split_once("/*") {
        kept.push_str(head);
        kept.push(' ');
        rest = after.split_once("*/")?.1;
    }
    kept.push_str(rest);
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sheet: &str) -> Option<StyleSheet> {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><style>{sheet}</style><path class=\"a\"/></svg>");
        let elements = Elements::parse(&text).elements?;
        StyleSheet::of(&elements)
    }

    #[test]
    fn the_later_declaration_counts_whatever_the_order_of_the_classes() {
        let sheet = read(".a{stroke-width:2; fill : none}/* .a{opacity:0} */\n.b , .c{stroke-width:.5px;}.a{opacity:.5}").unwrap();
        assert!(sheet.in_use);
        for classes in ["a b", " b\ta ", "a b other"] {
            assert_eq!(sheet.declared(classes), [("fill", "none"), ("stroke-width", ".5px"), ("opacity", ".5")], "{classes}");
        }
        assert_eq!(sheet.declared("c"), [("stroke-width", ".5px")]);
        assert_eq!(sheet.declared("A"), []);
    }

    #[test]
    fn a_sheet_that_selects_otherwise_is_not_read() {
        for sheet in [
            "path{fill:none}",
            ".a .b{x:y}",
            ".a>path{x:y}",
            "#a{x:y}",
            ".a:hover{x:y}",
            "@media print{.a{x:y}}",
            ".a{x:y",
            ".a{x:y!important}",
            ".a{x}",
            ".a{x:'}'}",
            "*{x:y}",
            ".a{x:y}}",
            "/* .a{x:y}",
        ] {
            assert!(read(sheet).is_none(), "{sheet}");
        }
        assert!(read("").is_some_and(|sheet| !sheet.in_use));
        assert!(read("<![CDATA[ .a { x: y } ]]>").is_some_and(|sheet| sheet.in_use));
    }
}
