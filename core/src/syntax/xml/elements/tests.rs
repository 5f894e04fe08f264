//! What must hold of the list of elements, whichever way it was made.

use proptest::prelude::*;

use super::*;

/// Everything that can be asked of a list.
fn told(all: &Elements<'_>) -> Vec<String> {
    let instructions = all.instructions().map(|own| format!("{own:?}"));
    let elements = all.iter().map(|element| {
        let offsets: Vec<_> = element
            .attributes()
            .map(|own| {
                ((0..=own.value().len() as u32).map(|at| own.value_offset(at)).collect::<Vec<_>>(), own.name_span(), own.element().index())
            })
            .collect();
        format!(
            "{element:?} {} {:?} {} {:?} {} {offsets:?} {:?} {}",
            element.locator(),
            element.parent().map(Element::index),
            element.next_index(),
            element.name_span(),
            element.is_empty_tag(),
            element.content(),
            element.local(),
        )
    });
    instructions.chain(elements).collect()
}

/// What the quick pass reads, the slow one reads to the same. Answers whether the quick pass read it.
fn agrees(text: &str) -> Result<bool, TestCaseError> {
    let Some(quick) = fast::read(text) else { return Ok(false) };
    let slow = flatten::read(text);
    prop_assert_eq!(&slow.errors, &Elements::parse(text).errors, "{}", text);
    let Some(slow) = slow.elements else {
        return Err(TestCaseError::fail(format!("the quick pass reads what is not well-formed: {text}")));
    };
    prop_assert_eq!(told(&quick), told(&slow), "{}", text);
    Ok(true)
}

const SAMPLE: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<!-- π -->\r\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink='http://www.w3.org/1999/xlink'>\
    <?note a?><g id='a' transform=\"rotate(45 1 &#49;)\"><path d='M0 0\tL1 1&#x5a;' stroke-width=\"0.5\" stroke-length='1'/><![CDATA[ ]] ]]></g>\
    <x:m xmlns:x='urn:x' x:a='1' b = \"&lt;&amp;\r\n\"  xml:space='preserve'>a &gt; b<x:n xmlns='urn:y'><o/></x:n>c</x:m>\n\
    <use xlink:href='#a'></use ><metadata>&lt;x&gt;</metadata></svg>\n<!-- end -->\n";

#[test]
fn an_ordinary_document_is_read_in_one_pass() {
    for text in [
        SAMPLE,
        "<a/>",
        "\u{feff}<a/>",
        "<a><b></b></a>",
        "<a b='\u{3c0}'>\u{3c0}<!----></a>",
        "<svg:svg xmlns:svg='http://www.w3.org/2000/svg'><svg:g/></svg:svg>",
        "<a b='0123456789012345\n6789&#65;' c=\"0123456789012345'\"/>",
    ] {
        assert!(agrees(text).expect("both ways agree"), "{text}");
    }
}

#[test]
fn what_may_be_wrong_is_left_to_the_close_look() {
    for text in [
        "",
        "<",
        "<a",
        "<a>",
        "</a>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a></b>",
        "<a></a",
        "<a b='1' b='2'/>",
        "<a b='1'c='2'/>",
        "<a b=1/>",
        "<a b/>",
        "<a b='<'/>",
        "<a b='&pi;'/>",
        "<a b='&#0;'/>",
        "<a b='&#xD800;'/>",
        "<a b='&#+65;'/>",
        "<a>&</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<a><!-- ---></a>",
        "<!DOCTYPE a><a/>",
        "<x:a/>",
        "<a x:b='1'/>",
        "<a xmlns='u' xmlns='v'/>",
        "<a xmlns:x=''/>",
        "<a xmlns:xml='u'/>",
        "<a xmlns:x='http://www.w3.org/2000/xmlns/'/>",
        "<a\u{1}/>",
        "<a>\u{ffff}</a>",
        "<a:b:c xmlns:a='u'/>",
        "<\u{3c0}/>",
        "<a \u{3c0}=''/>",
        "<a><?xml version='1.0'?></a>",
        " <?xml version='1.0'?><a/>",
        "<?xml version='1.0' encoding='latin-1'?><a/>",
        "<![CDATA[]]><a/>",
        "<a / >",
        "< a/>",
        "<a abcdefghi='1' abcdefghi='2'/>",
        "<a xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>",
    ] {
        assert!(fast::read(text).is_none(), "{text}");
    }
    let nested = |depth: usize| format!("{}{}", "<g>".repeat(depth), "</g>".repeat(depth));
    assert!(agrees(&nested(super::super::super::MAX_DEPTH)).expect("both ways agree"));
    assert!(fast::read(&nested(super::super::super::MAX_DEPTH + 1)).is_none());
}

#[test]
fn names_and_values_have_places() {
    let text = "<svg:g xmlns:svg='u' xmlns:x='>' a = \"1\"\n x:b='&#x41;&amp;\r\n\t\u{3c0}'><c/></svg:g>";
    let all = Elements::parse(text).elements.expect("well-formed");
    let root = all.root();
    assert_eq!((root.name(), root.local(), root.namespace()), ("svg:g", "g", Some("u")));
    assert_eq!(&text[root.name_span().range()], "svg:g");
    assert!(text[root.open_tag_span().range()].ends_with("\u{3c0}'>"));
    let attributes: Vec<_> = root.attributes().collect();
    assert_eq!(&text[attributes[0].name_span().range()], "a");
    assert_eq!(&text[attributes[0].value_span().range()], "1");
    assert_eq!((attributes[1].name(), attributes[1].local(), attributes[1].namespace()), ("x:b", "b", Some(">")));
    // references, a line end and a tab have become one character each
    assert_eq!(attributes[1].value(), "A&  \u{3c0}");
    let places: Vec<_> =
        [0, 1, 2, 3, 4, 6].map(|at| text[attributes[1].value_offset(at) as usize..].chars().next()).into_iter().flatten().collect();
    assert_eq!(places, ['&', '&', '\r', '\t', '\u{3c0}', '\'']);
    assert_eq!(root.children().map(Element::name).collect::<Vec<_>>(), ["c"]);
}

#[test]
fn a_namespace_holds_inside_its_element_alone() {
    let text = "<a><b xmlns='u' xmlns:p='v'><c xmlns='w'/><p:d/></b><e/></a>";
    for all in [fast::read(text), flatten::read(text).elements] {
        let all = all.expect("well-formed");
        let told: Vec<_> = all.iter().map(|element| (element.local(), element.namespace())).collect();
        assert_eq!(told, [("a", None), ("b", Some("u")), ("c", Some("w")), ("d", Some("v")), ("e", None)]);
    }
    let back = Elements::parse("<a xmlns='u'><b xmlns=''/></a>").elements.expect("well-formed");
    assert_eq!(back.iter().map(Element::namespace).collect::<Vec<_>>(), [Some("u"), None]);
}

#[test]
fn locators_count_among_siblings_of_one_name() {
    let text = "<svg><g/><path/><g><path/><path d=''/></g></svg>";
    let all = Elements::parse(text).elements.expect("well-formed");
    let last = all.iter().next_back().expect("an element");
    assert_eq!(last.locator(), "/svg/g[2]/path[2]");
    assert_eq!(last.attribute("d").map(Attribute::locator).as_deref(), Some("/svg/g[2]/path[2]/@d"));
    assert_eq!(all.at(text.find("d=").expect("d") as u32).map(Element::locator).as_deref(), Some("/svg/g[2]/path[2]"));
    assert_eq!(all.at(6).map(Element::locator).as_deref(), Some("/svg/g[1]"));
    assert_eq!(all.at(text.len() as u32), None);
}

#[test]
fn the_text_of_an_element_leaves_its_elements_out() {
    let text = "<a>x<b>no</b> &lt;\r\n<!-- no --><![CDATA[<&amp;]]><?no no?>\ry</a>";
    let all = Elements::parse(text).elements.expect("well-formed");
    assert_eq!(all.root().content(), "x <\n<&amp;\ny");
    assert!(matches!(Elements::parse("<a>plain</a>").elements.expect("well-formed").root().content(), Cow::Borrowed("plain")));
}

#[test]
fn long_names_do_not_move_a_value() {
    let text = format!("<a {}='v' b{}=  'w'/>", "n".repeat(70_000), " ".repeat(300));
    for all in [fast::read(&text), flatten::read(&text).elements] {
        let all = all.expect("well-formed");
        let values: Vec<_> = all.root().attributes().map(|own| &text[own.value_span().range()]).collect();
        assert_eq!(values, ["v", "w"]);
    }
}

proptest! {
    #[test]
    fn any_markup_is_read_alike(text in "(<a|</a>|<b |>|/>|<|/|&amp;|&#65;|&|;|\"|'|=| |\r\n|\t|xmlns(:a)?=\"(u|v)\"|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?p |\\?>| [a-z:]{1,3}=['\"]|[a-z0-9:π]){0,40}") {
        agrees(&text)?;
        agrees(&format!("<a xmlns:b='w' {text}</a>"))?;
        agrees(&format!("<a>{text}</a>"))?;
    }

    #[test]
    fn any_change_of_a_document_is_read_alike(at in 0..SAMPLE.len(), len in 0usize..12, put in "(<|>|/|&|\"|'|=| |:|-|\\?|[a-zé\u{1}]){0,3}") {
        let mut start = at;
        while !SAMPLE.is_char_boundary(start) { start -= 1; }
        let mut end = (start + len).min(SAMPLE.len());
        while !SAMPLE.is_char_boundary(end) { end += 1; }
        agrees(&format!("{}{put}{}", &SAMPLE[..start], &SAMPLE[end..]))?;
        agrees(&SAMPLE[..start])?;
    }

    #[test]
    fn what_is_built_well_formed_is_read_in_one_pass(steps in proptest::collection::vec((0u8..6, "[a-z][a-z0-9.-]{0,9}", "[ -%'-;=-~π\n]{0,30}"), 0..30)) {
        let (mut text, mut open) = ("<r xmlns='urn:r'>".to_owned(), vec!["r".to_owned()]);
        for (step, name, value) in steps {
            let value = value.replace(['"', '<', '&'], "").replace("]]>", "").replace("--", "").trim_matches('-').replace("?>", "");
            match step {
                0 => { text.push_str(&format!("<{name} {name}1=\"{value}\" b2='&#960;'\n>")); open.push(name); }
                1 => text.push_str(&format!("<{name} c=\"{value}\"/>")),
                2 if open.len() > 1 => text.push_str(&format!("</{} >", open.pop().unwrap_or_default())),
                3 => text.push_str(&value),
                4 => text.push_str(&format!("<!--{value}-->")),
                _ => text.push_str(&format!("<?p{name} {value}?>")),
            }
        }
        while let Some(name) = open.pop() {
            text.push_str(&format!("</{name}>"));
        }
        prop_assert!(agrees(&text)?, "{}", text);
    }
}
