//! Lane classes: which lane belongs to which, and the three constants each class has (rows D463–D478, D503–D508).

use std::ops::{Index, IndexMut};

/// The class of a lane, read from its id. The order of the variants is the order of priority, and of every table in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The id begins with `policy`.
    Policy,
    /// The id begins with `attention`.
    Attention,
    /// The id holds `@early`, `@mid` or `@late`.
    Preset,
    /// The id holds `__x__`.
    Interaction,
    /// The id holds `@row`, `@col` or `@all`.
    Summary,
    /// None of these.
    Other,
}

impl Class {
    /// All classes, by priority.
    pub const ALL: [Class; 6] = [Class::Policy, Class::Attention, Class::Preset, Class::Interaction, Class::Summary, Class::Other];

    /// The class of the lane `id`, an expanded id and never a symbol. The first match wins, so an interaction of `policy` is `policy`
    /// (`DECISIONS` 28).
    pub fn of(id: &str) -> Self {
        let holds = |any: &[&str]| any.iter().any(|part| id.contains(part));
        match () {
            () if id.starts_with("policy") => Class::Policy,
            () if id.starts_with("attention") => Class::Attention,
            () if holds(&["@early", "@mid", "@late"]) => Class::Preset,
            () if holds(&["__x__"]) => Class::Interaction,
            () if holds(&["@row", "@col", "@all"]) => Class::Summary,
            () => Class::Other,
        }
    }

    /// The name, as files write it.
    pub fn name(self) -> &'static str {
        match self {
            Class::Policy => "policy",
            Class::Attention => "attention",
            Class::Preset => "preset",
            Class::Interaction => "interaction",
            Class::Summary => "summary",
            Class::Other => "other",
        }
    }

    /// The class of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// What each sample is multiplied by when it is folded.
    pub fn fold_weight(self) -> f64 {
        match self {
            Class::Policy => 1.30,
            Class::Attention => 1.10,
            Class::Preset => 1.05,
            Class::Interaction => 0.85,
            Class::Summary => 0.75,
            Class::Other => 1.00,
        }
    }

    /// The quantisation scale before any tuning.
    pub fn scale(self) -> f64 {
        match self {
            Class::Policy => 1.35,
            Class::Attention => 1.15,
            Class::Preset => 1.10,
            Class::Interaction => 0.95,
            Class::Summary => 0.85,
            Class::Other => 1.00,
        }
    }

    /// Where folding begins in a vector of `dims` slots: the hash of the name modulo `dims`; 0 when there are no slots.
    pub fn offset(self, dims: u16) -> u16 {
        // The remainder of a division by a u16 is one.
        fnv1a32(self.name()).checked_rem(u32::from(dims)).unwrap_or(0) as u16
    }
}

/// FNV-1a over the UTF-8 bytes, exact in 32 bits (`DECISIONS` 24; rows D478, D479, D697).
pub fn fnv1a32(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// One value a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerClass<T>(pub [T; 6]);

impl<T> PerClass<T> {
    /// Makes each value from its class.
    pub fn of(make: impl FnMut(Class) -> T) -> Self {
        PerClass(Class::ALL.map(make))
    }

    /// The classes with their values, by priority.
    pub fn iter(&self) -> impl Iterator<Item = (Class, &T)> {
        Class::ALL.into_iter().zip(&self.0)
    }
}

impl PerClass<f64> {
    /// The scales before any tuning.
    pub fn canonical_scales() -> Self {
        PerClass::of(Class::scale)
    }
}

impl<T> Index<Class> for PerClass<T> {
    type Output = T;

    fn index(&self, class: Class) -> &T {
        // Six variants, six values.
        &self.0[class as usize]
    }
}

impl<T> IndexMut<Class> for PerClass<T> {
    fn index_mut(&mut self, class: Class) -> &mut T {
        &mut self.0[class as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D459 D462 D463 D464 D465 D466 D467 D468 D469 D486 D501 D502 D621
    #[test]
    fn the_first_matching_class_wins() {
        for (id, class) in [
            ("policy", Class::Policy),
            // a prefix of letters, not of a word: `policies` does not begin with `policy`
            ("policies", Class::Other),
            ("policyx", Class::Policy),
            ("policyx@row", Class::Policy),
            ("policy@t1__x__attention@t2", Class::Policy),
            ("policy@all__x__attention@all", Class::Policy),
            ("attention@late", Class::Attention),
            ("attentive", Class::Other),
            ("Policy", Class::Other),
            ("my-policy", Class::Other),
            ("style@mid", Class::Preset),
            ("style@middle", Class::Preset),
            ("tone@latest__x__style@row", Class::Preset),
            ("tone@t0__x__style@t1", Class::Interaction),
            ("tone@t0__x__style@row", Class::Interaction),
            ("tone@row", Class::Summary),
            ("tone@column", Class::Summary),
            ("tone@all", Class::Summary),
            ("tone@t0", Class::Other),
            ("", Class::Other),
        ] {
            assert_eq!(Class::of(id), class, "{id}");
        }
    }

    // rows: D470 D471 D472 D473 D474 D475 D476 D487 D503 D504 D505 D506 D507 D508 D509 D515 D517 D571
    #[test]
    fn the_tables_are_the_frozen_ones() {
        let table: Vec<_> = Class::ALL.iter().map(|class| (class.name(), class.fold_weight(), class.scale())).collect();
        assert_eq!(
            table,
            [
                ("policy", 1.30, 1.35),
                ("attention", 1.10, 1.15),
                ("preset", 1.05, 1.10),
                ("interaction", 0.85, 0.95),
                ("summary", 0.75, 0.85),
                ("other", 1.00, 1.00)
            ]
        );
        assert!(Class::ALL.iter().all(|class| Class::named(class.name()) == Some(*class)));
    }

    // rows: D461 D477 D478 D479 D480 D485 D488 D492 D697
    #[test]
    fn offsets_are_an_exact_32_bit_hash_of_the_name_modulo_the_dims() {
        assert_eq!((fnv1a32(""), fnv1a32("a"), fnv1a32("foobar")), (0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968));
        assert_eq!(fnv1a32("policy"), 3_468_753_535);
        // two bytes in UTF-8, one unit in UTF-16
        assert_eq!(fnv1a32("é"), [0xc3u32, 0xa9].iter().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ byte).wrapping_mul(0x0100_0193)));
        let offsets = |dims| Class::ALL.map(|class| class.offset(dims));
        assert_eq!(offsets(24), [7, 1, 14, 11, 3, 21]);
        assert_eq!(offsets(16), [15, 9, 14, 11, 3, 5]);
        assert_eq!(offsets(1), [0; 6]);
        assert_eq!(offsets(0), [0; 6]);
    }

    /// The reference text multiplies in double precision, which loses the low bits of the product: DECISIONS 24 sets it aside.
    // rows: D478 D481
    #[test]
    fn a_hash_that_multiplies_in_doubles_is_another_hash() {
        let lossy = |text: &str| {
            text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
                // an exclusive or of that language is signed
                let product = f64::from((hash ^ u32::from(byte)) as i32) * 16_777_619.0;
                product.rem_euclid(4_294_967_296.0) as u32
            })
        };
        assert_eq!(lossy("policy"), 1_829_784_140);
        assert_ne!(lossy("policy"), fnv1a32("policy"));
        assert!(["policy", "attention", "preset"].iter().all(|name| lossy(name) % 16 == 12), "the lossy hash makes them collide");
    }
}
