//! Why a drawing has no canonical form: the specification's name, the place in the drawing, and what is wrong there.

use crate::text::Span;

/// The specification's names (`DECISIONS` 51).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    /// No tensor at all.
    Illegal,
    /// An element that the canonical form does not take.
    Element,
    /// An attribute that the canonical form does not take.
    Attribute,
    /// A path command that the canonical form does not take.
    Command,
    /// A transform that the canonical form does not resolve.
    Transform,
    /// A number beyond what the canonical form holds.
    Range,
}

impl Name {
    /// As the specification spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Name::Illegal => "verification_error.illegal_tensor",
            Name::Element => "canonicalization_error.unsupported_element",
            Name::Attribute => "canonicalization_error.unsupported_attribute",
            Name::Command => "canonicalization_error.unsupported_command",
            Name::Transform => "canonicalization_error.unsupported_transform",
            Name::Range => "canonicalization_error.range",
        }
    }
}

/// A place in a drawing, without the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At {
    /// Number of the element in the order of the text; the root is 0.
    pub element: u32,
    /// The attribute; `None` for the element itself.
    pub attribute: Option<&'static str>,
    /// Bytes of the attribute's value; `None` for all of them.
    pub span: Option<Span>,
    /// Number of the path command, from one; 0 where there is none.
    pub command: u32,
}

impl At {
    /// An element.
    pub fn element(element: u32) -> Self {
        At { element, ..At::default() }
    }

    /// The value of an attribute.
    pub fn value(element: u32, attribute: &'static str) -> Self {
        At { element, attribute: Some(attribute), ..At::default() }
    }

    /// Some bytes of it.
    pub fn bytes(self, span: Span) -> Self {
        At { span: Some(span), ..self }
    }

    /// A command of a path.
    pub fn command(self, command: u32) -> Self {
        At { command, ..self }
    }
}

/// Why there is no canonical form: the first cause in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The specification's name.
    pub name: Name,
    /// Where.
    pub at: At,
    /// What is wrong: lower case, no trailing period.
    pub message: String,
}

impl Fault {
    /// A fault.
    pub fn new(name: Name, at: At, message: impl Into<String>) -> Self {
        Fault { name, at, message: message.into() }
    }
}

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// A fault of the drawing.
    Fault(Box<Fault>),
    /// A number does not fit the width that was tried.
    Wide(At),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(Box::new(fault))
    }
}
