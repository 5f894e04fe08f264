//! Several tensors composed into one (seed 003 §17.11; B245, B249, B250), in integers.
//!
//! Members are taken in the order of their ids' bytes, whatever order they came in. Edges meet by the name of their element and their
//! place in it. The value of an edge is its weight in `node_accum` (`CANONICAL` §6), in units of 1/65536.

use std::collections::BTreeMap;

use super::{
    accumulate,
    graph::Graph,
    model::{Model, rhe},
    structure,
};
use crate::hash::digest::{Digest, Hasher};

/// How what members share is composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeRule {
    /// Σ weight · value; what a member lacks counts as 0.
    WeightedSum,
    /// The greatest value of those that have the edge.
    Max,
    /// The least.
    Min,
    /// Topology only: all elements side by side, in one box.
    Union,
}

impl MergeRule {
    /// All rules.
    pub const ALL: [MergeRule; 4] = [MergeRule::WeightedSum, MergeRule::Max, MergeRule::Min, MergeRule::Union];

    /// The token.
    pub const fn name(self) -> &'static str {
        match self {
            MergeRule::WeightedSum => "weighted-sum",
            MergeRule::Max => "max",
            MergeRule::Min => "min",
            MergeRule::Union => "union",
        }
    }

    /// The rule of that token.
    pub fn by_name(name: &str) -> Option<MergeRule> {
        MergeRule::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// One member.
#[derive(Debug, Clone, Copy)]
pub struct Member<'m> {
    /// Its id.
    pub id: &'m str,
    /// What it weighs, in units of 2⁻³², for a weighted sum; 0 or more.
    pub weight: u64,
    /// The tensor.
    pub model: &'m Model,
}

/// Why members are not composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Nothing to compose.
    #[error("a cluster has at least one member")]
    Empty,
    /// One id twice.
    #[error("`{0}` is a member twice")]
    Twice(String),
    /// Two elements of one name in a union.
    #[error("the element `h{0}` stands in two members: a union holds each name once")]
    SameElement(String),
    /// A sum beyond 64 bits, or more points than a model has.
    #[error("the composition is beyond what numbers hold")]
    Range,
}

/// What a cluster is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// Values by element and place in it.
    Edges(BTreeMap<([u8; 4], u32), u64>),
    /// One tensor.
    Tensor(Model),
}

impl Merged {
    /// The hash of the composition. Of values: SHA-256 over `MX2C`, then id (4 bytes), place (u32) and value (u64, units of 1/65536) of
    /// each edge in rising order, little-endian. Of a tensor: its buffer hash.
    pub fn digest(&self) -> Digest {
        match self {
            Merged::Tensor(model) => structure::digest(model, &Graph::of(model)),
            Merged::Edges(edges) => {
                let mut hasher = Hasher::default();
                hasher.update(b"MX2C");
                for ((id, place), value) in edges {
                    hasher.update(id);
                    hasher.update(&place.to_le_bytes());
                    hasher.update(&value.to_le_bytes());
                }
                hasher.finish()
            }
        }
    }
}

/// Composes members by a rule.
pub fn merge(members: &[Member<'_>], rule: MergeRule) -> Result<Merged, MergeError> {
    let mut members: Vec<Member<'_>> = members.to_vec();
    members.sort_by_key(|member| member.id);
    if let Some(pair) = members.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(MergeError::Twice(pair[0].id.to_owned()));
    }
    match rule {
        _ if members.is_empty() => Err(MergeError::Empty),
        MergeRule::Union => union(&members).map(Merged::Tensor),
        _ => values(&members, rule).map(Merged::Edges),
    }
}

fn values(members: &[Member<'_>], rule: MergeRule) -> Result<BTreeMap<([u8; 4], u32), u64>, MergeError> {
    // sums in units of 2⁻⁴⁸, rounded once at the end
    let mut sums: BTreeMap<([u8; 4], u32), u128> = BTreeMap::new();
    for member in members {
        let graph = Graph::of(member.model);
        let mut weights = accumulate::weights(member.model, &graph).into_iter();
        for element in &member.model.elements {
            for (place, weight) in (0u32..).zip(weights.by_ref().take(element.segments())) {
                let own = match rule {
                    MergeRule::WeightedSum => u128::from(weight) * u128::from(member.weight),
                    _ => u128::from(weight) << 32,
                };
                let sum = sums.entry((element.id4, place));
                match rule {
                    MergeRule::Max => {
                        sum.and_modify(|most| *most = (*most).max(own)).or_insert(own);
                    }
                    MergeRule::Min => {
                        sum.and_modify(|least| *least = (*least).min(own)).or_insert(own);
                    }
                    _ => {
                        let sum = sum.or_insert(0);
                        *sum = sum.checked_add(own).ok_or(MergeError::Range)?;
                    }
                }
            }
        }
    }
    let rounded = |(key, sum)| Some((key, u64::try_from(rhe(sum, 1 << 32)).ok()?));
    sums.into_iter().map(rounded).collect::<Option<_>>().ok_or(MergeError::Range)
}

/// All elements in one box. Every member fills its own box already, and where boxes lay in a drawing is not part of a tensor: the boxes
/// are laid on each other, and the common scale is the greatest.
fn union(members: &[Member<'_>]) -> Result<Model, MergeError> {
    let mut whole = Model::default();
    let mut names = std::collections::HashSet::new();
    for member in members {
        let base = u32::try_from(whole.points.len()).map_err(|_| MergeError::Range)?;
        whole.sx = whole.sx.max(member.model.sx);
        whole.sy = whole.sy.max(member.model.sy);
        for element in &member.model.elements {
            if !names.insert(element.id4) {
                return Err(MergeError::SameElement(crate::hash::digest::hex(&element.id4)));
            }
            let mut element = *element;
            element.start = element.start.checked_add(base).ok_or(MergeError::Range)?;
            element.end = element.end.checked_add(base).ok_or(MergeError::Range)?;
            whole.elements.push(element);
        }
        whole.points.extend_from_slice(&member.model.points);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::model::{Element, FULL_OPACITY, ONE, Point};
    use proptest::prelude::*;

    fn line(id: u8, points: &[Point], stroke_width: i32) -> Model {
        let element = Element {
            id4: [id, 0, 0, 0],
            start: 0,
            end: points.len() as u32,
            stroke_width,
            transform_mag: ONE,
            rank: 0,
            opacity_q11: FULL_OPACITY,
            closed: false,
        };
        Model { sx: ONE, sy: ONE, elements: vec![element], points: points.to_vec() }
    }

    const HALF: u64 = 1 << 31;

    fn edges(members: &[Member<'_>], rule: MergeRule) -> Vec<(u8, u32, u64)> {
        match merge(members, rule) {
            Ok(Merged::Edges(edges)) => edges.into_iter().map(|((id, place), value)| (id[0], place, value)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    // rows: B245
    fn what_members_share_is_composed_by_the_rule() {
        // edges of length 1: their value is the stroke width
        let (side, a) = ([(0, 0), (ONE, 0), (ONE, ONE)], line(1, &[(0, 0), (ONE, 0), (ONE, ONE)], 40_000));
        let b = line(1, &side[..2], 20_001);
        let c = line(2, &side[..2], 7);
        let members = [
            Member { id: "object://svg/a", weight: HALF, model: &a },
            Member { id: "object://svg/b", weight: HALF, model: &b },
            Member { id: "object://svg/c", weight: 0, model: &c },
        ];
        assert_eq!(edges(&members, MergeRule::WeightedSum), [(1, 0, 30_000), (1, 1, 20_000), (2, 0, 0)], "30000.5 rounds to even");
        assert_eq!(edges(&members, MergeRule::Max), [(1, 0, 40_000), (1, 1, 40_000), (2, 0, 7)]);
        assert_eq!(edges(&members, MergeRule::Min), [(1, 0, 20_001), (1, 1, 40_000), (2, 0, 7)], "what a member lacks is absent, not 0");
        assert_eq!(merge(&members, MergeRule::Union), Err(MergeError::SameElement("01000000".into())));
        assert_eq!(merge(&[], MergeRule::Max), Err(MergeError::Empty));
        assert_eq!(merge(&[members[0], members[0]], MergeRule::Max), Err(MergeError::Twice("object://svg/a".into())));
        let Ok(Merged::Tensor(whole)) = merge(&[members[2], members[0]], MergeRule::Union) else { panic!() };
        assert_eq!(whole.elements.iter().map(|element| element.id4[0]).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(Graph::of(&whole).len(), 3, "vertices that lie on each other are one");
    }

    proptest! {
        #[test]
        // rows: B245 B249 B250
        fn the_order_of_members_never_shows(widths in proptest::collection::vec((0u8..4, 1..200_000, 0u64..1 << 32), 1..6), turn in 0usize..6) {
            let models: Vec<Model> = widths.iter().map(|(id, width, _)| line(*id, &[(0, 0), (ONE, ONE), (0, ONE)], *width)).collect();
            let names: Vec<String> = (0..models.len()).map(|at| format!("object://svg/{at}")).collect();
            let mut members: Vec<Member<'_>> =
                models.iter().zip(&names).zip(&widths).map(|((model, id), (.., weight))| Member { id, weight: *weight, model }).collect();
            for rule in MergeRule::ALL {
                let before = merge(&members, rule).map(|merged| (merged.digest(), merged));
                let turn = turn % members.len();
                members.rotate_left(turn);
                members.reverse();
                prop_assert_eq!(merge(&members, rule).map(|merged| (merged.digest(), merged)), before);
            }
        }
    }
}
