//! The elements of a well-formed document as a flat list: what every reader of XML here works on.
//!
//! Elements and attributes stand in the order of the text and hold places, not strings. An ordinary document is read in one pass
//! (`fast`); a text in which that pass meets anything that it does not know for sure goes to `roxmltree`, whose verdict and tree
//! become the same list (`flatten`). Nothing here knows what an element means.

mod fast;
mod flatten;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, cell::RefCell, fmt, ops::Range};

use super::{MAX_MARKUP, value};
use crate::{syntax::SyntaxError, text::Span};

/// What could be read of a text.
#[derive(Debug)]
pub struct Reading<'t> {
    /// The elements; `None` when the text is not well-formed or a limit is broken.
    pub elements: Option<Elements<'t>>,
    /// What is wrong, in the order of the text; at most one error is about form, the first. A document type without a subset is an
    /// error that leaves the elements whole.
    pub errors: Vec<SyntaxError>,
}

/// A well-formed document: at least one element, the first of which is the root.
pub struct Elements<'t> {
    text: &'t str,
    room: Room,
    /// Normalised values that differ from what stands in the text.
    values: Vec<Box<str>>,
    /// Namespace names; each stands once.
    namespaces: Vec<Cow<'t, str>>,
}

/// The parts of [`Elements`] that take room in proportion to the text.
#[derive(Default)]
struct Room {
    elements: Vec<ElementData>,
    attributes: Vec<AttributeData>,
    instructions: Vec<InstructionData>,
}

/// No element, no namespace, no value of its own.
const NONE: u32 = u32::MAX;

/// One element. Places are bytes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ElementData {
    start: u32,
    /// Where the name without its prefix begins.
    local: u32,
    name_end: u32,
    open_end: u32,
    end: u32,
    parent: u32,
    /// The first element behind everything in this one.
    next: u32,
    /// Its first attribute; the last is in front of the next element's first.
    attributes: u32,
    namespace: u32,
    depth: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AttributeData {
    start: u32,
    local: u32,
    name_end: u32,
    value_start: u32,
    value_end: u32,
    /// Into the normalised values, where these are not the text's.
    value: u32,
    namespace: u32,
    element: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct InstructionData {
    start: u32,
    target_end: u32,
    end: u32,
}

impl<'t> Elements<'t> {
    /// Reads `text`. Never fails, never panics.
    pub fn parse(text: &'t str) -> Reading<'t> {
        match fast::read(text) {
            Some(elements) => Reading { elements: Some(elements), errors: super::encoding_fault(text).into_iter().collect() },
            None => flatten::read(text),
        }
    }

    /// A list without elements, with room that another gave back.
    fn new(text: &'t str) -> Self {
        Elements { text, room: ROOM.take(), values: Vec::new(), namespaces: Vec::new() }
    }

    /// The text it was read from.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// How many elements there are; never 0.
    #[expect(clippy::len_without_is_empty, reason = "a document without a root is not well-formed")]
    pub fn len(&self) -> usize {
        self.room.elements.len()
    }

    /// The root.
    pub fn root(&self) -> Element<'_> {
        Element { all: self, index: 0 }
    }

    /// Every element in the order of the text.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Element<'_>> {
        (0..self.room.elements.len() as u32).map(|index| Element { all: self, index })
    }

    /// The element of that number.
    pub fn get(&self, index: u32) -> Option<Element<'_>> {
        ((index as usize) < self.len()).then_some(Element { all: self, index })
    }

    /// Processing instructions in the order of the text; the XML declaration is none.
    pub fn instructions(&self) -> impl Iterator<Item = Instruction<'_>> {
        self.room
            .instructions
            .iter()
            .map(|own| Instruction { target: slice(self.text, own.start + 2, own.target_end), span: Span::new(own.start, own.end) })
    }

    /// The innermost element whose text holds `offset`.
    pub fn at(&self, offset: u32) -> Option<Element<'_>> {
        let mut found = None;
        let mut index = 0;
        // only what begins in front of the place can hold it: each step goes inside or past one element
        while let Some(element) = self.get(index).filter(|element| element.data().start <= offset) {
            if offset < element.data().end {
                found = Some(element);
                index += 1;
            } else {
                index = element.data().next;
            }
        }
        found
    }

    fn namespace(&self, index: u32) -> Option<&str> {
        self.namespaces.get(index as usize).map(|name| &**name)
    }
}

thread_local! {
    /// What the last document of this thread took: memory that is handed back and asked for again is cleared by the system each time.
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Room for more elements or attributes than this is not kept.
const MOST_KEPT: usize = MAX_MARKUP / 64;

impl Drop for Elements<'_> {
    fn drop(&mut self) {
        let mut room = std::mem::take(&mut self.room);
        if room.elements.capacity() <= MOST_KEPT && room.attributes.capacity() <= MOST_KEPT {
            room.elements.clear();
            room.attributes.clear();
            room.instructions.clear();
            // while the thread ends there is nothing to keep it for
            let _ = ROOM.try_with(|kept| kept.replace(room));
        }
    }
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A processing instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction<'e> {
    /// Whom it is for.
    pub target: &'e str,
    /// From `<?` to `?>`.
    pub span: Span,
}

/// One element.
#[derive(Clone, Copy)]
pub struct Element<'e> {
    all: &'e Elements<'e>,
    index: u32,
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.all, other.all) && self.index == other.index
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.name())
            .field("namespace", &self.namespace())
            .field("depth", &self.depth())
            .field("span", &self.span())
            .field("open_tag", &self.open_tag_span())
            .field("attributes", &self.attributes().collect::<Vec<_>>())
            .finish()
    }
}

impl<'e> Element<'e> {
    #[inline]
    fn data(self) -> &'e ElementData {
        // an index is only ever made for an element that is there
        &self.all.room.elements[self.index as usize]
    }

    /// Its number in the order of the text; the root's is 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// The name as spelled, prefix included.
    pub fn name(self) -> &'e str {
        slice(self.all.text, self.data().start + 1, self.data().name_end)
    }

    /// The name without its prefix.
    #[inline]
    pub fn local(self) -> &'e str {
        slice(self.all.text, self.data().local, self.data().name_end)
    }

    /// The namespace it is in, its own or that of what it stands in.
    #[inline]
    pub fn namespace(self) -> Option<&'e str> {
        self.all.namespace(self.data().namespace)
    }

    /// A number for the namespace, the same for all elements of it.
    #[inline]
    pub fn namespace_id(self) -> u32 {
        self.data().namespace
    }

    /// How many elements it stands in.
    pub fn depth(self) -> usize {
        self.data().depth as usize
    }

    /// The element it stands in; `None` for the root.
    #[inline]
    pub fn parent(self) -> Option<Element<'e>> {
        self.all.get(self.data().parent)
    }

    /// Itself, what it stands in, and so on to the root.
    pub fn ancestors(self) -> impl Iterator<Item = Element<'e>> {
        std::iter::successors(Some(self), |element| element.parent())
    }

    /// The elements right inside it.
    pub fn children(self) -> impl Iterator<Item = Element<'e>> {
        let end = self.data().next;
        let within = move |index: u32| (index < end).then_some(Element { all: self.all, index });
        std::iter::successors(within(self.index + 1), move |child| within(child.data().next))
    }

    /// Itself and every element in it, in the order of the text.
    pub fn descendants(self) -> impl Iterator<Item = Element<'e>> {
        (self.index..self.data().next).map(move |index| Element { all: self.all, index })
    }

    /// The number of the first element behind it and everything in it.
    pub fn next_index(self) -> u32 {
        self.data().next
    }

    /// Whether any element stands in it.
    #[inline]
    pub fn has_elements(self) -> bool {
        self.data().next > self.index + 1
    }

    /// Its attributes in the order of the text; declarations of namespaces are none.
    #[inline]
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'e>> {
        self.attribute_range().map(move |index| Attribute { all: self.all, index })
    }

    #[inline]
    fn attribute_range(self) -> Range<u32> {
        let end = match self.all.room.elements.get(self.index as usize + 1) {
            Some(next) => next.attributes,
            None => self.all.room.attributes.len() as u32,
        };
        self.data().attributes..end
    }

    /// The attribute of that name that is in no namespace.
    pub fn attribute(self, name: &str) -> Option<Attribute<'e>> {
        self.attributes().find(|attribute| attribute.data().namespace == NONE && attribute.local() == name)
    }

    /// The value of the attribute of that name that is in no namespace.
    pub fn value(self, name: &str) -> Option<&'e str> {
        self.attribute(name).map(Attribute::value)
    }

    /// The text right inside it, that of its elements left out; references are resolved and line ends are `\n`.
    pub fn content(self) -> Cow<'e, str> {
        let mut out = Cow::Borrowed("");
        let mut from = self.data().open_end;
        for child in self.children() {
            value::append_text(slice(self.all.text, from, child.data().start), &mut out);
            from = child.data().end;
        }
        value::append_text(slice(self.all.text, from, self.data().end), &mut out);
        out
    }

    /// From the opening to the end of the closing tag.
    pub fn span(self) -> Span {
        Span::new(self.data().start, self.data().end)
    }

    /// The opening tag, from `<` to `>`.
    pub fn open_tag_span(self) -> Span {
        Span::new(self.data().start, self.data().open_end)
    }

    /// Whether the opening tag closes it (`<g/>`).
    pub fn is_empty_tag(self) -> bool {
        self.data().open_end == self.data().end
    }

    /// The name in the opening tag.
    pub fn name_span(self) -> Span {
        Span::new(self.data().start + 1, self.data().name_end)
    }

    /// The locator: `/svg/g[2]/path[1]` (`DECISIONS` 67). Positions count from one among siblings of one name.
    pub fn locator(self) -> String {
        let mut chain: Vec<_> = self.ancestors().collect();
        chain.reverse();
        let mut out = String::new();
        for element in chain {
            out.push('/');
            out.push_str(element.name());
            if let Some(parent) = element.parent() {
                let before = parent.children().take_while(|sibling| sibling.index < element.index);
                let place = before.filter(|sibling| sibling.name() == element.name()).count() + 1;
                out.push_str(&format!("[{place}]"));
            }
        }
        out
    }
}

/// One attribute.
#[derive(Clone, Copy)]
pub struct Attribute<'e> {
    all: &'e Elements<'e>,
    index: u32,
}

impl PartialEq for Attribute<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.all, other.all) && self.index == other.index
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.name())
            .field("namespace", &self.namespace())
            .field("value", &self.value())
            .field("span", &self.span())
            .field("value_span", &self.value_span())
            .finish()
    }
}

impl<'e> Attribute<'e> {
    #[inline]
    fn data(self) -> &'e AttributeData {
        // an index is only ever made for an attribute that is there
        &self.all.room.attributes[self.index as usize]
    }

    /// The element it belongs to.
    pub fn element(self) -> Element<'e> {
        Element { all: self.all, index: self.data().element }
    }

    /// The name as spelled, prefix included.
    pub fn name(self) -> &'e str {
        slice(self.all.text, self.data().start, self.data().name_end)
    }

    /// The name without its prefix.
    #[inline]
    pub fn local(self) -> &'e str {
        slice(self.all.text, self.data().local, self.data().name_end)
    }

    /// The namespace of its prefix; `None` without one.
    #[inline]
    pub fn namespace(self) -> Option<&'e str> {
        self.all.namespace(self.data().namespace)
    }

    /// The value as XML reads it: references are resolved, and each line end or tab is a space.
    #[inline]
    pub fn value(self) -> &'e str {
        let data = self.data();
        match self.all.values.get(data.value as usize) {
            Some(value) => value,
            None => slice(self.all.text, data.value_start, data.value_end),
        }
    }

    /// From the name to the closing quote.
    pub fn span(self) -> Span {
        Span::new(self.data().start, self.data().value_end + 1)
    }

    /// The name, prefix included.
    pub fn name_span(self) -> Span {
        Span::new(self.data().start, self.data().name_end)
    }

    /// The value as it stands in the text, without its quotes.
    pub fn value_span(self) -> Span {
        Span::new(self.data().value_start, self.data().value_end)
    }

    /// The offset in the text of byte `at` of the value. Where nothing was normalised the two run in step.
    pub fn value_offset(self, at: u32) -> u32 {
        let span = self.value_span();
        if self.data().value == NONE {
            return span.start.saturating_add(at).min(span.end);
        }
        span.start + value::source_offset(slice(self.all.text, span.start, span.end), at)
    }

    /// The locator: that of its element and `/@name`.
    pub fn locator(self) -> String {
        format!("{}/@{}", self.element().locator(), self.name())
    }
}

#[inline]
fn slice(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}
