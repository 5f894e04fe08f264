//! Streams: the samples of a lane before they are folded, and what is made of them (rows D259–D317, D678–D693).
//!
//! [`svg`] samples a drawing, [`temporal`] cuts streams into windows and joins them again, [`interactions`] multiplies them, [`brain`] reads
//! which of it is asked for.

pub mod brain;
pub mod interactions;
pub mod svg;
pub mod temporal;

use std::collections::HashMap;

/// Lanes with their samples, in the order in which they were emitted. The order shows in no sum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Streams {
    lanes: Vec<(String, Vec<f64>)>,
    places: HashMap<String, usize>,
}

impl Streams {
    /// Puts a lane; one with the same id is replaced where it stands (row D278).
    pub fn put(&mut self, id: String, samples: Vec<f64>) {
        match self.places.get(&id).and_then(|&place| self.lanes.get_mut(place)) {
            Some(lane) => lane.1 = samples,
            None => {
                self.places.insert(id.clone(), self.lanes.len());
                self.lanes.push((id, samples));
            }
        }
    }

    /// Appends to a lane, which begins empty.
    pub fn extend(&mut self, id: &str, samples: impl IntoIterator<Item = f64>) {
        if !self.places.contains_key(id) {
            self.put(id.to_owned(), Vec::new());
        }
        if let Some(lane) = self.places.get(id).and_then(|&place| self.lanes.get_mut(place)) {
            lane.1.extend(samples);
        }
    }

    /// The samples of a lane.
    pub fn get(&self, id: &str) -> Option<&[f64]> {
        self.lanes.get(*self.places.get(id)?).map(|(_, samples)| samples.as_slice())
    }

    /// The lanes in the order of emission.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[f64])> {
        self.lanes.iter().map(|(id, samples)| (id.as_str(), samples.as_slice()))
    }

    /// Number of lanes.
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// Whether there is no lane.
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }
}

impl FromIterator<(String, Vec<f64>)> for Streams {
    fn from_iter<I: IntoIterator<Item = (String, Vec<f64>)>>(lanes: I) -> Self {
        let mut streams = Streams::default();
        lanes.into_iter().for_each(|(id, samples)| streams.put(id, samples));
        streams
    }
}
