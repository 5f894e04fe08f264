//! What questions about packs hold.

use std::collections::BTreeMap;

use mx2lm_core::pack::streams::Streams;
use mx2lm_core::pack::streams::temporal::{self, Window};
use mx2lm_core::pack::{Class, PerClass};
use mx2lm_core::syntax::json::Node;
use serde_json::{Map, Value, json};

use crate::oracle::Refusal;

/// The member `name`.
pub fn member<'t>(input: Node<'t>, name: &str) -> Result<Node<'t>, Refusal> {
    input.get(name).ok_or_else(|| Refusal::BadInput(format!("`{name}` is wanted")))
}

/// The member `name` where it is there and not null.
pub fn optional<'t>(input: Node<'t>, name: &str) -> Option<Node<'t>> {
    input.get(name).filter(|node| !node.is_null())
}

fn bad(node: Node<'_>, wanted: &str) -> Refusal {
    Refusal::BadInput(format!("{}: {wanted} is wanted", node.pointer()))
}

/// A number.
pub fn number(node: Node<'_>) -> Result<f64, Refusal> {
    node.as_f64().ok_or_else(|| bad(node, "a number that f64 holds"))
}

/// An integer of an unsigned type.
pub fn unsigned<T: TryFrom<u64>>(node: Node<'_>, wanted: &str) -> Result<T, Refusal> {
    // `3.0` is an integer too.
    let whole = node.as_f64().filter(|value| value.fract() == 0.0 && (0.0..=9e15).contains(value)).map(|value| value as u64);
    node.as_u64().or(whole).and_then(|value| T::try_from(value).ok()).ok_or_else(|| bad(node, wanted))
}

/// Slots a lane.
pub fn dims(input: Node<'_>, name: &str) -> Result<u16, Refusal> {
    let node = member(input, name)?;
    unsigned::<u16>(node, "an integer from 1 to 65535")
        .and_then(|dims| if dims == 0 { Err(bad(node, "an integer from 1 to 65535")) } else { Ok(dims) })
}

/// A text.
pub fn text(node: Node<'_>) -> Result<String, Refusal> {
    node.as_str().map(std::borrow::Cow::into_owned).ok_or_else(|| bad(node, "a string"))
}

/// A flag that is false where it is absent.
pub fn flag(input: Node<'_>, name: &str) -> Result<bool, Refusal> {
    optional(input, name).map_or(Ok(false), |node| node.as_bool().ok_or_else(|| bad(node, "`true` or `false`")))
}

/// A list.
pub fn items<'t>(node: Node<'t>) -> Result<impl Iterator<Item = Node<'t>>, Refusal> {
    if node.is_array() { Ok(node.items()) } else { Err(bad(node, "a list")) }
}

/// A list of numbers.
pub fn numbers(node: Node<'_>) -> Result<Vec<f64>, Refusal> {
    items(node)?.map(number).collect()
}

/// The members of an object; a name that stands twice is refused.
pub fn members<'t>(node: Node<'t>) -> Result<Vec<(String, Node<'t>)>, Refusal> {
    if !node.is_object() {
        return Err(bad(node, "an object"));
    }
    let mut seen = std::collections::HashSet::new();
    let once = |(name, value): (std::borrow::Cow<'t, str>, Node<'t>)| {
        let name = name.into_owned();
        if seen.insert(name.clone()) {
            Ok((name, value))
        } else {
            Err(Refusal::BadInput(format!("the member `{name}` stands there twice")))
        }
    };
    node.members().map(once).collect()
}

/// Streams: an object of lists of numbers.
pub fn streams(input: Node<'_>) -> Result<Streams, Refusal> {
    members(member(input, "streams")?)?.into_iter().map(|(id, samples)| Ok((id, numbers(samples)?))).collect()
}

/// Lanes: an object of lists of numbers, or of objects that hold one as `W`.
pub fn lanes(node: Node<'_>) -> Result<BTreeMap<String, Vec<f64>>, Refusal> {
    members(node)?.into_iter().map(|(id, weights)| Ok((id, numbers(weights.get("W").unwrap_or(weights))?))).collect()
}

/// A value by class; all six are wanted.
pub fn by_class<T: Default>(node: Node<'_>, read: impl Fn(Node<'_>) -> Result<T, Refusal>) -> Result<PerClass<T>, Refusal> {
    let mut values = PerClass(Default::default());
    for class in Class::ALL {
        values[class] = read(member(node, class.name())?)?;
    }
    Ok(values)
}

/// The windows of a question; null for none.
pub fn windows(input: Node<'_>) -> Result<Option<Vec<Window>>, Refusal> {
    let Some(node) = optional(input, "windows") else { return Ok(None) };
    let one = |node: Node<'_>| {
        Ok(Window {
            id: text(member(node, "id")?)?,
            a: number(member(node, "a")?)?,
            b: number(member(node, "b")?)?,
            inclusive: flag(node, "inclusive")?,
        })
    };
    let windows = items(node)?.map(one).collect::<Result<Vec<_>, Refusal>>()?;
    match temporal::wrong(&windows) {
        Some(why) => Err(Refusal::Refused(why)),
        None => Ok(Some(windows)),
    }
}

/// Bytes in hexadecimal digits.
pub fn hex(input: Node<'_>, name: &str) -> Result<Vec<u8>, Refusal> {
    let text = text(member(input, name)?)?;
    let wrong = |_| Refusal::BadInput(format!("`{name}` is not pairs of hexadecimal digits"));
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(wrong)
}

/// 32 bytes in hexadecimal digits.
pub fn hash(node: Node<'_>) -> Result<[u8; 32], Refusal> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text(node)?.as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| bad(node, "64 hexadecimal digits"))
}

/// A number as an answer; what JSON cannot write is refused.
pub fn told(value: f64) -> Result<Value, Refusal> {
    if value.is_finite() { Ok(json!(value)) } else { Err(Refusal::Refused(format!("the result is {value}, which JSON cannot write"))) }
}

/// Numbers as an answer.
pub fn told_all(values: &[f64]) -> Result<Value, Refusal> {
    values.iter().map(|value| told(*value)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// Lanes as an answer.
pub fn told_lanes<'a>(lanes: impl IntoIterator<Item = (&'a str, &'a [f64])>) -> Result<Value, Refusal> {
    let told = lanes.into_iter().map(|(id, values)| Ok((id.to_owned(), told_all(values)?)));
    told.collect::<Result<Map<_, _>, Refusal>>().map(Value::Object)
}

/// Values by class as an answer.
pub fn told_classes<T>(values: &PerClass<T>, tell: impl Fn(&T) -> Value) -> Value {
    Value::Object(values.iter().map(|(class, value)| (class.name().to_owned(), tell(value))).collect())
}
