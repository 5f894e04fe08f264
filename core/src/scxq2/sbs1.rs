//! SBS-1: which domain of micronauts goes into which lane, and the lanes that records make together (seed 003 §6).
//!
//! The lanes are those of the retrieval container. Its own table (§12.2) puts parts of a drawing into lanes of the same names; the two
//! tables have nothing else in common.

use super::micronaut_record::MicronautRecord;

/// What a micronaut is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// `ui/css`.
    UiCss,
    /// `routing`.
    Routing,
    /// `data/api`.
    DataApi,
    /// `geometry`.
    Geometry,
    /// `π/weights`.
    Weights,
}

/// A lane of the retrieval container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerLane {
    /// Symbols.
    Dict,
    /// Fields.
    Field,
    /// Vectors.
    Lane,
    /// Adjacency.
    Edge,
    /// Scalars.
    Quantum,
}

impl ContainerLane {
    /// All lanes, in the order of the container.
    pub const ALL: [ContainerLane; 5] =
        [ContainerLane::Dict, ContainerLane::Field, ContainerLane::Lane, ContainerLane::Edge, ContainerLane::Quantum];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            ContainerLane::Dict => "DICT",
            ContainerLane::Field => "FIELD",
            ContainerLane::Lane => "LANE",
            ContainerLane::Edge => "EDGE",
            ContainerLane::Quantum => "QUANTUM",
        }
    }
}

impl Domain {
    /// All domains, by their number.
    pub const ALL: [Domain; 5] = [Domain::UiCss, Domain::Routing, Domain::DataApi, Domain::Geometry, Domain::Weights];

    /// The number in a record.
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The domain of that number.
    pub fn from_id(id: u8) -> Option<Domain> {
        Domain::ALL.into_iter().find(|domain| domain.id() == id)
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Domain::UiCss => "ui/css",
            Domain::Routing => "routing",
            Domain::DataApi => "data/api",
            Domain::Geometry => "geometry",
            Domain::Weights => "π/weights",
        }
    }

    /// The domain of that name.
    pub fn by_name(name: &str) -> Option<Domain> {
        Domain::ALL.into_iter().find(|domain| domain.name() == name)
    }

    /// The lane its signals go into (A045–A049).
    pub const fn lane(self) -> ContainerLane {
        match self {
            Domain::UiCss => ContainerLane::Field,
            Domain::Routing => ContainerLane::Edge,
            Domain::DataApi => ContainerLane::Dict,
            Domain::Geometry => ContainerLane::Lane,
            Domain::Weights => ContainerLane::Quantum,
        }
    }
}

/// The signals of records, lane by lane in the order of the container; within a lane in the order of the records.
pub fn assemble(records: &[MicronautRecord]) -> [(ContainerLane, Vec<&[u8]>); 5] {
    ContainerLane::ALL.map(|lane| {
        let here = records.iter().filter(|record| record.domain.lane() == lane);
        (lane, here.flat_map(|record| record.signals.iter().map(Vec::as_slice)).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    // rows: A045 A046 A047 A048 A049
    fn each_domain_has_a_lane_of_its_own() {
        let table: Vec<_> = Domain::ALL.iter().map(|domain| (domain.name(), domain.lane().name())).collect();
        let wanted = [("ui/css", "FIELD"), ("routing", "EDGE"), ("data/api", "DICT"), ("geometry", "LANE"), ("π/weights", "QUANTUM")];
        assert_eq!(table, wanted);
        assert!(
            Domain::ALL
                .iter()
                .all(|domain| Domain::from_id(domain.id()) == Some(*domain) && Domain::by_name(domain.name()) == Some(*domain))
        );
        assert_eq!((Domain::from_id(5), Domain::by_name("ui"), Domain::by_name("UI/CSS")), (None, None, None));
    }

    #[test]
    // rows: A045 A048
    fn signals_meet_in_their_lanes_in_the_order_of_the_records() {
        let record =
            |domain, signals: &[&str]| MicronautRecord { domain, signals: signals.iter().map(|text| text.as_bytes().to_vec()).collect() };
        let records = [record(Domain::Geometry, &["g1", "g2"]), record(Domain::UiCss, &["u"]), record(Domain::Geometry, &["g3"])];
        let [dict, field, lane, edge, quantum] = assemble(&records);
        assert_eq!(lane, (ContainerLane::Lane, vec![&b"g1"[..], b"g2", b"g3"]));
        assert_eq!(field, (ContainerLane::Field, vec![&b"u"[..]]));
        assert!([dict, edge, quantum].iter().all(|(_, signals)| signals.is_empty()));
    }
}
