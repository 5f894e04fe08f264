//! What must hold of the XML reader.

use proptest::prelude::*;

use super::*;

fn first_error(text: &str) -> (String, String) {
    let parsed = Elements::parse(text);
    assert!(parsed.elements.is_none(), "{text} was read");
    let error = &parsed.errors[parsed.errors.len() - 1];
    (text[error.span.range()].to_owned(), format!("{}: {}", error.rule, error.message))
}

fn is_read(text: &str) -> bool {
    let parsed = Elements::parse(text);
    parsed.elements.is_some() && parsed.errors.is_empty()
}

#[test]
fn well_formed_text_has_no_errors() {
    for text in [
        "<a/>",
        "\u{feff}<a/>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- c --><a b='&#x3c0; &lt;' c=\"a>b\"><![CDATA[<<]]>&amp;</a>\n<!-- after -->",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>",
        "<svg:svg xmlns:svg='http://www.w3.org/2000/svg'><svg:g/></svg:svg>",
        "<a xml:space='preserve'> </a>",
        "<\u{3c0}>é</\u{3c0}>",
    ] {
        assert!(is_read(text), "{text}: {:?}", Elements::parse(text).errors);
    }
}

#[test]
fn what_is_not_well_formed_is_told_with_its_place() {
    for (text, place, message) in [
        ("<svg><g></svgg>", "</svgg>", "syntax/xml: `</svgg>` closes nothing: the element open here is `<g>` of line 1"),
        ("<svg>\n <g>\n</svg>", "</svg>", "syntax/xml: `</svg>` closes nothing: the element open here is `<g>` of line 2"),
        ("<a><b/>", "<a", "syntax/xml: `<a>` is never closed"),
        ("<a b='1", "<a", "syntax/xml: the document ends inside this markup"),
        ("<a><!-- x", "<!--", "syntax/xml: the comment that begins here never ends"),
        ("<a><!-- x <b> -- <!-- <c></a>", "<!--", "syntax/xml: the comment that begins here never ends"),
        ("<a><!-- x --><?y <b></a>", "<?", "syntax/xml: the processing instruction that begins here never ends"),
        ("<a><![CDATA[ <!-- ]] > <b></a>", "<![CDATA[", "syntax/xml: the CDATA section that begins here never ends"),
        ("<a><![CDATA[ <!-- ]]><b>", "<b", "syntax/xml: `<b>` is never closed"),
        ("<a", "<a", "syntax/xml: the document ends inside this markup"),
        ("<é></é", "</é", "syntax/xml: the document ends inside this markup"),
        ("<a b='1' c='2' b='3'/>", "b", "syntax/xml-attribute-duplicate: `b` stands twice on one element"),
        ("<a xmlns='u' xmlns='v'/>", "xmlns", "syntax/xml-attribute-duplicate: `xmlns` stands twice on one element"),
        ("<a xlink:href='#b'/>", "xlink", "syntax/xml-namespace: the prefix `xlink` is not declared"),
        ("<n:a/>", "n", "syntax/xml-namespace: the prefix `n` is not declared"),
        (
            "<a b='&pi;'/>",
            "&pi;",
            "syntax/xml-entity: the entity `&pi;` is not defined; without a document type XML knows `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`",
        ),
        ("<a>R&D</a>", "&", "syntax/xml-entity: `&` begins a reference, and none follows"),
        ("<a>&#0;</a>", "&", "syntax/xml-entity: `&` begins a reference, and none follows"),
        ("<a>\n<b c=\"1\n2>\n<b/></a>", "<", "syntax/xml: `<` cannot stand in an attribute value, and the one here begins in line 2"),
        ("<a b='<'/>", "<", "syntax/xml: `<` cannot stand in an attribute value"),
        ("<a b=1/>", "1", "syntax/xml: expected a value in quotes, found `1`"),
        ("<a b/>", "/", "syntax/xml: expected `=`, found `/`"),
        ("<a b='1'c='2'/>", "c", "syntax/xml: expected white space between attributes, found `c`"),
        ("<a>\u{1}</a>", "\u{1}", "syntax/xml: U+0001 is no character of XML"),
        ("<a>\0</a>", "\0", "syntax/xml: U+0000 is no character of XML"),
        ("<a><!-- b -- c --></a>", "<!--", "syntax/xml: a comment cannot hold `--` or end in `-`"),
        ("<a>]]></a>", "]]>", "syntax/xml: `]]>` cannot stand in text"),
        ("<a/><b/>", "<", "syntax/xml: after the root element only comments may follow, found `<`"),
        ("<a/>text", "t", "syntax/xml: after the root element only comments may follow, found `t`"),
        ("text", "t", "syntax/xml: expected an element, found `t`"),
        ("", "", "syntax/xml: the document holds no element"),
        ("  \n", "", "syntax/xml: the document holds no element"),
        ("<!-- only -->", "", "syntax/xml: the document holds no element"),
        ("\n<?xml version='1.0'?><a/>", "<", "syntax/xml: an XML declaration stands at the very start of a document or not at all"),
        ("<1/>", "1", "syntax/xml: expected a name, found `1`"),
        ("{\"a\": 1}", "{", "syntax/xml: expected an element, found `{`"),
    ] {
        assert_eq!(first_error(text), (place.to_owned(), message.to_owned()), "{text}");
    }
}

// rows: B119
#[test]
fn a_document_type_is_reported_and_never_honoured() {
    let parsed = Elements::parse("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/svg11.dtd\">\n<svg/>");
    assert!(parsed.elements.is_some());
    assert_eq!(parsed.errors[0].rule, "syntax/xml-doctype");
    assert_eq!(parsed.errors[0].span, Span::new(0, 77));

    let laughs = "<!DOCTYPE a [<!ENTITY b \"]>\"><!ENTITY c \"&b;&b;&b;\"><!-- ' -->]><a>&c;</a>";
    let parsed = Elements::parse(laughs);
    assert!(parsed.elements.is_none());
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(&laughs[parsed.errors[0].span.range()], laughs.split("<a>").next().unwrap_or_default());
}

#[test]
fn an_encoding_that_the_bytes_are_not_in_is_told() {
    for (encoding, body, wrong) in
        [("UTF-16", "", true), ("ISO-8859-1", "é", true), ("ISO-8859-1", "e", false), ("utf-8", "é", false), ("US-ASCII", "", false)]
    {
        let text = format!("<?xml version=\"1.0\" encoding='{encoding}'?><a>{body}</a>");
        let errors = Elements::parse(&text).errors;
        assert_eq!(
            errors.iter().map(|error| error.rule).collect::<Vec<_>>(),
            if wrong { vec!["syntax/xml-encoding"] } else { vec![] },
            "{text}"
        );
        for error in errors {
            assert_eq!(&text[error.span.range()], encoding);
        }
    }
}

#[test]
fn nothing_reads_deeper_wider_or_longer_than_its_limit() {
    let nested = |depth: usize| format!("{}{}", "<g>".repeat(depth), "</g>".repeat(depth));
    assert!(is_read(&nested(super::super::MAX_DEPTH)));
    for (text, rule) in [
        (nested(super::super::MAX_DEPTH + 1), "syntax/xml-depth-limit"),
        ("<g>".repeat(100_000), "syntax/xml-depth-limit"),
        (format!("<a {}/>", (0..=MAX_ATTRIBUTES).map(|n| format!("a{n}='' ")).collect::<String>()), "syntax/xml-size-limit"),
        (format!("<a {}/>", (0..=MAX_NAMESPACES).map(|n| format!("xmlns:a{n}='u' ")).collect::<String>()), "syntax/xml-size-limit"),
        ("<a/>".repeat(MAX_MARKUP + 1), "syntax/xml-size-limit"),
        (format!("<a>{}</a>", "=".repeat(MAX_EQUALS + 1)), "syntax/xml-size-limit"),
        (format!("<a b='{}'/>", " ".repeat(super::super::MAX_STRING_BYTES + 1)), "syntax/xml-size-limit"),
    ] {
        let parsed = Elements::parse(&text);
        assert!(parsed.elements.is_none(), "{rule}");
        assert_eq!(parsed.errors.iter().map(|error| error.rule).collect::<Vec<_>>(), [rule]);
    }
    let siblings = format!("<a>{}</a>", "<b xmlns:c='u'/>".repeat(10_000));
    assert!(is_read(&siblings), "namespaces that are out of scope again do not count");
}

#[test]
fn a_broken_text_still_names_its_elements() {
    let text = "<svg><g id='a'><path id=\"p&amp;q\" d=\"M0 0\" fill='url(#f)'/><use xlink:href='#p' <line id=l></g><rect id='r";
    let found = recover(text);
    let told: Vec<_> = found
        .iter()
        .map(|element| {
            let id = element.id.as_ref().map_or("", |id| id.value.as_str());
            let references: Vec<_> = element.references.iter().map(|(name, text)| format!("{name}={}", text.value)).collect();
            format!("{}{} {id} {}", element.depth, element.name, references.join(","))
        })
        .collect();
    assert_eq!(told, ["0svg  ", "1g a ", "2path p&q fill=url(#f)", "2use  xlink:href=#p", "3line  ", "1rect  "]);
    assert!(text[found[1].span.range()].ends_with("</g>"));
    assert_eq!(found[0].span.end as usize, text.len());
    for element in &found {
        assert_eq!(&text[element.name_span.range()], element.name);
    }
}

/// The elements as `depth name#id`, each with what its span holds.
fn outline(text: &str) -> Vec<(String, &str)> {
    let told = |element: RecoveredElement| {
        let id = element.id.map_or_else(String::new, |id| format!("#{}", id.value));
        (format!("{} {}{id}", element.depth, element.name), &text[element.span.range()])
    };
    recover(text).into_iter().map(told).collect()
}

fn assert_outline(text: &str, elements: &[(&str, &str)]) {
    let wanted: Vec<_> = elements.iter().map(|(told, span)| ((*told).to_owned(), *span)).collect();
    assert_eq!(outline(text), wanted, "{text}");
}

#[test]
fn a_text_cut_off_keeps_what_stands_before_the_cut() {
    for (text, last) in [
        ("<svg id='s'><g id='a'/><", None),
        ("<svg id='s'><g id='a'/></", None),
        ("<svg id='s'><g id='a'/><rect", Some("1 rect")),
        ("<svg id='s'><g id='a'/><rect id", Some("1 rect")),
        ("<svg id='s'><g id='a'/><rect id='r'", Some("1 rect#r")),
        ("<svg id='s'><g id='a'/><rect id='r' d='M0 ", Some("1 rect#r")),
        ("<svg id='s'><g id='a'/><rect id='r' href='#a' /", Some("1 rect#r")),
    ] {
        let told: Vec<_> = outline(text).into_iter().map(|(told, _)| told).collect();
        let wanted: Vec<_> = ["0 svg#s", "1 g#a"].into_iter().chain(last).collect();
        assert_eq!(told, wanted, "{text}");
        assert_eq!(recover(text)[0].span.range(), 0..text.len(), "{text}");
    }
}

#[test]
fn an_unclosed_value_does_not_hide_what_follows() {
    for (text, wanted) in [
        ("<svg><g id='a' href='#b>\n<path id='p'/><use id='u' href='#p'/></g></svg>", vec!["0 svg", "1 g#a", "2 path#p", "2 use#u"]),
        ("<svg><g id='a' href='#b>\n<path id=\"p\"/></g><k id='k'/></svg>", vec!["0 svg", "1 g#a", "2 path#p", "1 k#k"]),
        ("<svg>\n<g id='a'><path d='M0 0\n</g>\n<g id='b'/>", vec!["0 svg", "1 g#a", "2 path", "1 g#b"]),
    ] {
        let told: Vec<_> = outline(text).into_iter().map(|(told, _)| told).collect();
        assert_eq!(told, wanted, "{text}");
    }
}

#[test]
fn an_unclosed_element_reaches_to_the_end_of_what_holds_it() {
    assert_outline(
        "<svg><g id='a'><path id='p'/></svg>\n",
        &[("0 svg", "<svg><g id='a'><path id='p'/></svg>"), ("1 g#a", "<g id='a'><path id='p'/></svg>"), ("2 path#p", "<path id='p'/>")],
    );
    assert_outline("<svg><g id='a'>", &[("0 svg", "<svg><g id='a'>"), ("1 g#a", "<g id='a'>")]);
}

#[test]
fn a_closing_tag_closes_the_nearest_of_its_name() {
    assert_outline(
        "<a><b id='1'></a><c id='2'/></b>",
        &[("0 a", "<a><b id='1'></a>"), ("1 b#1", "<b id='1'></a>"), ("0 c#2", "<c id='2'/>")],
    );
    assert_outline("<a></x><b id='1'/></a>", &[("0 a", "<a></x><b id='1'/></a>"), ("1 b#1", "<b id='1'/>")]);
}

#[test]
fn two_roots_both_count() {
    assert_outline("<a id='x'/><b id='y'><c/></b>", &[("0 a#x", "<a id='x'/>"), ("0 b#y", "<b id='y'><c/></b>"), ("1 c", "<c/>")]);
}

#[test]
fn markup_in_comments_and_cdata_is_no_element() {
    assert_outline("<a><!-- <b id='1'> --><![CDATA[<c id='2'>]]>", &[("0 a", "<a><!-- <b id='1'> --><![CDATA[<c id='2'>]]>")]);
}

#[test]
fn every_cut_of_a_drawing_keeps_the_tags_before_it() {
    let whole = recover(SAMPLE);
    assert_eq!(whole.len(), 5);
    for cut in (0..=SAMPLE.len()).filter(|&cut| SAMPLE.is_char_boundary(cut)) {
        let text = &SAMPLE[..cut];
        let found = recover(text);
        for (at, element) in whole.iter().enumerate() {
            let name_end = element.name_span.end as usize;
            let tag_end = name_end + SAMPLE[name_end..].find('>').expect("a closed tag") + 1;
            if tag_end <= cut {
                let kept = &found[at];
                assert_eq!((&kept.name, kept.name_span, kept.depth), (&element.name, element.name_span, element.depth), "{text}");
                assert_eq!((&kept.id, &kept.references), (&element.id, &element.references), "{text}");
            }
        }
        for element in &found {
            assert!(element.span.end as usize <= cut && element.span.start < element.span.end, "{text}");
            for told in element.id.iter().chain(element.references.iter().map(|(_, told)| told)) {
                assert_eq!(text[told.span.range()], told.value, "{text}");
            }
        }
        let root = recover_root(text).map(|root| root.name);
        assert!(root.is_none_or(|root| "svg".starts_with(&root)), "{text}");
    }
}

#[test]
fn the_root_of_a_broken_text_is_read() {
    let root = recover_root("<!-- <x> --><svg a='1' b=\"&lt;\"><g></svg>").expect("a root");
    assert_eq!((root.name.as_str(), root.attributes), ("svg", vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "<".to_owned())]));
    assert_eq!(recover_root("<!-- <svg a='1'>"), None);
    assert_eq!(recover_root("text"), None);
}

#[test]
fn recovery_of_hostile_text_is_bounded() {
    assert_eq!(recover(&"<g>".repeat(100_000)).len(), MAX_RECOVERED_MARKUP);
    recover(&format!("{}{}", "<a>".repeat(90_000), "</b>".repeat(90_000)));
    recover(&"<g></x>".repeat(90_000));
    recover(&"<a b=\"".repeat(90_000));
    recover(&"<!--".repeat(90_000));
    // each section is looked through to the end of the text: more work than is allowed
    assert_eq!(recover(&"<a><![CDATA[".repeat(90_000)), []);
    let long = format!("<a id='x'/><b d='{}'/><c id='y'/>", " ".repeat(MAX_RECOVERED_BYTES));
    assert_eq!(recover(&long).iter().map(|element| element.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

const SAMPLE: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<!-- π -->\r\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink='http://www.w3.org/1999/xlink'>\
    <g id='a' transform=\"rotate(45 1 &#49;)\"><path d='M0 0\tL1 1&#x5a;'/><![CDATA[ ]] ]]></g><use xlink:href='#a'/><metadata>&lt;x&gt;</metadata></svg>\n";

fn holds_for_any_text(text: &str) -> Result<(), TestCaseError> {
    let parsed = Elements::parse(text);
    prop_assert!(parsed.elements.is_some() || !parsed.errors.is_empty());
    for error in &parsed.errors {
        prop_assert!(text.get(error.span.range()).is_some(), "{error:?} lies outside");
        prop_assert!(error.rule.starts_with("syntax/") && !error.message.is_empty());
        if let Some((span, _)) = &error.fix {
            prop_assert!(text.get(span.range()).is_some());
        }
    }
    if let Some(elements) = &parsed.elements {
        for element in elements.iter() {
            prop_assert!(text[element.name_span().range()].ends_with(element.local()));
            prop_assert!(text[element.open_tag_span().range()].ends_with('>'));
            for attribute in element.attributes() {
                prop_assert!(text[attribute.name_span().range()].ends_with(attribute.local()));
                let end = attribute.value_offset(attribute.value().len() as u32);
                prop_assert_eq!(end, attribute.value_span().end);
            }
        }
    }
    for element in recover(text) {
        prop_assert!(text.get(element.span.range()).is_some());
        prop_assert_eq!(&text[element.name_span.range()], element.name.as_str());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_told_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        holds_for_any_text(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_markup_is_told_or_read(text in "(<|>|/|&|;|#x?|\"|'|=| |\r\n|xmlns(:a)?|<!--|-->|<!DOCTYPE|\\[|\\]|<!\\[CDATA\\[|<\\?|\\?>|[a-z0-9:π]){0,40}") {
        holds_for_any_text(&text)?;
    }

    #[test]
    fn any_change_of_a_drawing_is_told_or_read(at in 0..SAMPLE.len(), len in 0usize..12, put in "(<|>|/|&|\"|'|=| |[a-zé]){0,3}") {
        let mut start = at;
        while !SAMPLE.is_char_boundary(start) { start -= 1; }
        let mut end = (start + len).min(SAMPLE.len());
        while !SAMPLE.is_char_boundary(end) { end += 1; }
        holds_for_any_text(&format!("{}{put}{}", &SAMPLE[..start], &SAMPLE[end..]))?;
        holds_for_any_text(&SAMPLE[..start])?;
    }
}
