//! From what was found to what is said: which files are checked, which roles are live, levels, suppressions, order.

use std::sync::Arc;

use super::{
    config::{Config, Level},
    engine::Engine,
    snapshot::read_bounded,
    walk::CONFIG_FILE,
};
use crate::{
    analysis::Analysis,
    diagnostic::{Diagnostic, Severity},
    document::facts::Role,
    map::HashSet,
    rules::{Finding, config as config_rule, svg::tolerance::depends, told::diagnostics},
};

impl Engine {
    /// Every finding on every checked file, in the order of reports. Suppressions are applied, and judged.
    pub fn report(&self) -> Vec<Diagnostic> {
        let mut used = vec![false; self.snapshot.config.suppressions.len()];
        let from_files = self.analyses.values().flat_map(|analysis| self.live(analysis));
        let from_workspace = self.judged.values().flat_map(|judged| judged.findings.iter());
        let all = from_files.chain(from_workspace).chain(self.config_findings.iter());
        let mut said: Vec<_> = all.filter_map(|finding| self.say(finding, &mut used)).collect();
        said.extend(self.unused_suppressions(&used));
        in_order(said)
    }

    /// The findings on these files, in the order of reports: a part of [`Engine::report`], without looking at the other files.
    pub fn report_on(&self, paths: &HashSet<Arc<str>>) -> Vec<Diagnostic> {
        if paths.contains(CONFIG_FILE) {
            // Whether a suppression is used depends on every finding.
            let mut all = self.report();
            all.retain(|finding| paths.contains(&finding.path));
            return all;
        }
        let mut used = vec![false; self.snapshot.config.suppressions.len()];
        let mut said = Vec::new();
        for path in paths {
            let own = self.analyses.get(path).into_iter().flat_map(|analysis| self.live(analysis));
            let owners = self.guests.get(path).into_iter().flatten().chain([path]);
            let judged = owners.filter_map(|owner| self.judged.get(owner)).flat_map(|judged| judged.findings.iter());
            let here = own.chain(judged);
            said.extend(here.filter(|finding| finding.path == *path).filter_map(|finding| self.say(finding, &mut used)));
        }
        in_order(said)
    }

    /// The finding as it is reported, or nothing when its file is not checked, its rule is off, or it is suppressed.
    fn say(&self, finding: &Diagnostic, used: &mut [bool]) -> Option<Diagnostic> {
        if !self.is_checked(&finding.path) {
            return None;
        }
        let config = &self.snapshot.config;
        if let Some(at) = config.suppressions.iter().position(|suppression| suppression.covers(finding)) {
            used[at] = true;
            return None;
        }
        leveled(config, finding.clone())
    }

    fn is_checked(&self, path: &Arc<str>) -> bool {
        self.checked.contains(path) || &**path == CONFIG_FILE || self.snapshot.index.facts(path).is_none()
    }

    /// The findings on one file's own text that count.
    fn live<'a>(&self, analysis: &'a Analysis) -> impl Iterator<Item = &'a Diagnostic> + use<'a> {
        let (all, only_syntax) = match &analysis.facts {
            // most files: then it does not matter who names them
            _ if analysis.findings.is_empty() => (false, false),
            None => (true, false),
            Some(facts) => match facts.role {
                Role::Itself => (true, false),
                Role::Tensor => (self.snapshot.is_tensor(&facts.path), false),
                Role::JsonPayload => (self.snapshot.is_json_payload(&facts.path), false),
                Role::Shaped if self.snapshot.is_mere_payload(facts) => (false, self.snapshot.is_json_payload(&facts.path)),
                Role::Shaped => (true, false),
            },
        };
        let tolerance = || analysis.facts.as_ref().and_then(|facts| self.snapshot.tolerance(&facts.path));
        let drawn = analysis.facts.as_ref().is_some_and(|facts| facts.role == Role::Tensor);
        // told anew with the tolerance that the descriptor declares
        let told_anew = all && drawn && !analysis.findings.is_empty() && tolerance().is_some();
        analysis
            .findings
            .iter()
            .filter(move |finding| all && !(told_anew && depends(&finding.rule)) || only_syntax && finding.rule.starts_with("syntax/"))
    }

    fn unused_suppressions(&self, used: &[bool]) -> Vec<Diagnostic> {
        let config = &self.snapshot.config;
        let unused = config.suppressions.iter().zip(used).filter(|(_, used)| !**used);
        let findings: Vec<Finding> = unused
            .map(|(suppression, _)| {
                let message = format!("nothing matches this suppression of `{}`: it hides no finding", suppression.rule);
                Finding::new(&config_rule::UNUSED, suppression.place.clone(), message)
                    .help("remove it, or correct `rule`, `path` or `locator`")
            })
            .collect();
        if findings.is_empty() {
            return Vec::new();
        }
        let path: Arc<str> = CONFIG_FILE.into();
        let text: Option<Arc<[u8]>> = match self.snapshot.overlay.get(&path) {
            Some(bytes) => Some(bytes.clone()),
            None => read_bounded(&self.snapshot.root.join(CONFIG_FILE)).ok().map(Arc::from),
        };
        diagnostics(findings, &path, &mut |_| text.clone()).into_iter().filter_map(|finding| leveled(config, finding)).collect()
    }
}

/// The finding with the gravity the configuration wants; nothing when its rule is off.
fn leveled(config: &Config, mut finding: Diagnostic) -> Option<Diagnostic> {
    match config.levels.get(&finding.rule) {
        Some(Level::Off) => return None,
        Some(Level::As(severity)) => finding.severity = *severity,
        None => {}
    }
    if config.strict && finding.severity == Severity::Warning {
        finding.severity = Severity::Error;
    }
    Some(finding)
}

fn in_order(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings.dedup();
    findings
}
