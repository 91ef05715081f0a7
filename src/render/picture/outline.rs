//! What a picture shows, before any place: the tree of objectives, factors and indicators, each with its words. Values,
//! targets and statuses are worded as the tables word them, so that table and picture cannot disagree.

use std::collections::HashMap;

use bigdecimal::{BigDecimal, ToPrimitive};

use super::scene::Role;
use crate::design::{Bound, Child, Design, FactorId, FormulaKind, Indicator, IndicatorId, ObjectiveId, PerspectiveId};
use crate::render::explain::one_line;
use crate::render::results::view::{Board, Key, keys};
use crate::render::results::{Shown, format};
use crate::render::text::visible;
use crate::render::words::{self, Lang};
use crate::results::{BoundValue, Results, Row, Status, SubjectId};
use crate::source::Sources;
use crate::value::Number;

/// What is drawn, and for whom. Without results it is the design alone.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub design: &'a Design,
    pub sources: &'a Sources,
    /// The hash of the design's text; empty: none is shown.
    pub hash: &'a str,
    /// Of these the first period, and of it the first slice, unless [`Outline::of`] is told another.
    pub results: Option<&'a Results>,
    pub lang: Lang,
}

/// A design as a tree of words.
#[derive(Clone, Debug)]
pub struct Outline {
    pub lang: Lang,
    /// The design's title.
    pub title: String,
    /// Period, slice, last day of the data, how many indicators.
    pub subtitle: Vec<String>,
    /// The version of the program, the file and its hash.
    pub provenance: String,
    /// The design, or its objective where there is but one.
    pub head: Node,
    /// How many indicators have each status; empty without results.
    pub counts: Vec<(Status, usize)>,
    pub bones: Vec<Node>,
    /// How many indicators are shown, each once.
    pub indicators: usize,
    pub with_results: bool,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub subject: SubjectId,
    /// [`Role::Head`], [`Role::Factor`] (a bone), [`Role::SubFactor`], [`Role::Indicator`] or [`Role::Alias`].
    pub role: Role,
    pub name: String,
    pub title: String,
    /// Whose view this is, of factors.
    pub perspective: Option<String>,
    pub status: Option<Status>,
    /// The value of an indicator, as shown; of a factor none.
    pub value: Option<String>,
    pub target: Option<String>,
    pub score: Option<f64>,
    /// A share of 1: evaluated among its siblings, without results as declared.
    pub weight: Option<f64>,
    /// What the periods before gave and this one: values of an indicator, scores of others. None: nothing.
    pub history: Vec<Option<f64>>,
    /// The period that was judged and its value, where it is not the one shown.
    pub judged: Option<String>,
    /// Of an alias: the factor where it is at home.
    pub home: Option<String>,
    /// Why there is no value.
    pub reason: Option<String>,
    /// What limits the value, in a word each: in progress, partial, provisional.
    pub limits: Vec<String>,
    /// Both in whole sentences, and what else is to be said.
    pub notes: Vec<String>,
    pub children: Vec<Node>,
}

impl Node {
    /// Rows that it and all below it take.
    pub fn rows(&self) -> usize {
        1 + self.children.iter().map(Node::rows).sum::<usize>()
    }

    /// The period that was judged, where its value reads otherwise than the one shown.
    pub fn judged_apart(&self) -> Option<&str> {
        let said = |judged: &&str| self.value.as_ref().is_some_and(|v| judged.ends_with(&format!(" {v}")));
        self.judged.as_deref().filter(|judged| !said(judged))
    }

    pub fn score_text(&self) -> Option<String> {
        self.score.map(format::score)
    }

    pub fn weight_text(&self) -> Option<String> {
        self.weight.map(format::share)
    }

    /// All in one sentence: `Customers › Satisfaction: 81.5%, target ≥ 82.0%, at risk, …`
    pub fn sentence(&self, path: &[&str], lang: Lang) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.value.clone());
        parts.extend(self.target.as_ref().map(|t| format!("{} {t}", lang.pick("target", "目标"))));
        parts.extend(self.judged.as_ref().map(|judged| format!("{} {judged}", lang.pick("judged on", "考核期"))));
        parts.extend(self.status.map(|s| words::status(s, lang).to_string()));
        parts.extend(self.score_text().map(|s| format!("{} {s}", lang.pick("score", "得分"))));
        parts.extend(self.weight_text().map(|w| format!("{} {w}", lang.pick("weight", "权重"))));
        parts.extend(self.home.as_ref().map(|home| see(home, lang)));
        parts.extend(self.notes.iter().cloned());
        let place: Vec<&str> = path.iter().copied().chain([self.title.as_str()]).collect();
        let place = place.join(" › ");
        if parts.is_empty() { place } else { format!("{place}{}{}", lang.colon(), parts.join(lang.comma())) }
    }
}

/// Where an alias leads.
pub fn see(home: &str, lang: Lang) -> String {
    format!("{} {home}", lang.pick("see", "见"))
}

impl Outline {
    pub fn new(subject: &Subject<'_>) -> Outline {
        let key = subject.results.and_then(|results| {
            let shown = Shown { design: subject.design, results, lang: subject.lang };
            let (periods, slices) = keys(&shown);
            Some(Key { period: periods.first()?, slice: slices.first()? })
        });
        Outline::of(subject, key)
    }

    /// One period and slice of the results.
    pub fn of<'a>(subject: &Subject<'a>, key: Option<Key<'a>>) -> Outline {
        let lang = subject.lang;
        let design = subject.design;
        let mut builder = Builder::new(subject, key);
        let bones = builder.bones();
        let (head_subject, naming) = match (builder.only_objective(), design.objectives.first()) {
            (true, Some(objective)) => (SubjectId::Objective(ObjectiveId(0)), &objective.naming),
            _ => (SubjectId::Design, &design.naming),
        };
        let head = builder.node(head_subject, Role::Head, &naming.name, naming.title());
        let indicators = builder.homes.len();
        let mut subtitle: Vec<String> = Vec::new();
        if let Some(key) = key {
            subtitle.push(format!("{} {}", lang.pick("period", "期间"), key.period));
            if !key.slice.is_empty() {
                subtitle.push(visible(&words::slice(key.slice, lang)).into_owned());
            }
        } else if let Some(period) = design.period {
            subtitle.push(format!("{} {}", lang.pick("period", "期间"), period.label()));
        }
        if let Some(as_of) = subject.results.and_then(|r| r.as_of) {
            subtitle.push(format!("{} {as_of}", lang.pick("data to", "数据截至")));
        }
        subtitle.push(match (lang, indicators) {
            (Lang::Zh, n) => format!("{n} 项指标"),
            (Lang::En, 1) => "1 indicator".to_string(),
            (Lang::En, n) => format!("{n} indicators"),
        });
        let file = subject.sources.get(design.naming.span.file).map_or("", |f| f.path.as_str());
        let mut provenance = format!("kpi {}", env!("CARGO_PKG_VERSION"));
        if !file.is_empty() {
            provenance.push_str(&format!(" · {}", visible(file)));
        }
        if !subject.hash.is_empty() {
            provenance.push_str(&format!(" @ {}", subject.hash));
        }
        Outline {
            lang,
            title: visible(design.naming.title()).into_owned(),
            subtitle,
            provenance,
            head,
            counts: builder.counts(),
            bones,
            indicators,
            with_results: key.is_some(),
        }
    }

    /// In a sentence what is shown: read aloud.
    pub fn summary(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.head.score_text().map(|s| format!("{} {s}", self.lang.pick("score", "得分"))));
        let counted = self.counts.iter().filter(|(_, count)| *count > 0);
        parts.extend(counted.map(|(status, count)| match self.lang {
            Lang::En => format!("{count} {}", words::status(*status, self.lang)),
            Lang::Zh => format!("{} {count} 项", words::status(*status, self.lang)),
        }));
        parts.extend(self.subtitle.iter().cloned());
        format!("{}{}{}", self.head.title, self.lang.colon(), parts.join(self.lang.comma()))
    }
}

struct Builder<'a> {
    subject: Subject<'a>,
    /// The period and slice that are shown; None: the design alone.
    key: Option<Key<'a>>,
    rows: HashMap<SubjectId, &'a Row>,
    /// By start, for the slice.
    before: HashMap<SubjectId, Vec<&'a Row>>,
    /// Where an indicator was placed first, by the title of the factor.
    homes: HashMap<IndicatorId, Option<String>>,
}

impl<'a> Builder<'a> {
    fn new(subject: &Subject<'a>, key: Option<Key<'a>>) -> Builder<'a> {
        let mut rows = HashMap::new();
        let mut before: HashMap<SubjectId, Vec<&Row>> = HashMap::new();
        if let (Some(key), Some(results)) = (key, subject.results) {
            for row in results.rows.iter().filter(|r| r.period == key.period && r.slice == key.slice) {
                rows.insert(row.subject, row);
            }
            for row in results.history.iter().filter(|r| r.slice == key.slice) {
                before.entry(row.subject).or_default().push(row);
            }
        }
        Builder { subject: *subject, key, rows, before, homes: HashMap::new() }
    }

    fn design(&self) -> &'a Design {
        self.subject.design
    }

    /// Whether one objective is all that the design is for.
    fn only_objective(&self) -> bool {
        let design = self.design();
        let top = design.factors.iter().filter(|f| f.parent.is_none());
        design.objectives.len() == 1 && top.into_iter().all(|f| f.objective.is_some())
    }

    /// Factors; where there are several objectives, these with their factors on them.
    fn bones(&mut self) -> Vec<Node> {
        let design = self.design();
        let mut bones = Vec::new();
        let top = |objective: Option<ObjectiveId>| {
            let of = move |f: &&(usize, &crate::design::Factor)| f.1.parent.is_none() && f.1.objective == objective;
            let ids: Vec<FactorId> =
                design.factors.iter().enumerate().filter(|f| of(&f)).map(|(i, _)| FactorId(i as u32)).collect();
            ids
        };
        for (i, objective) in design.objectives.iter().enumerate() {
            let id = ObjectiveId(i as u32);
            if self.only_objective() {
                bones.extend(top(Some(id)).into_iter().filter_map(|f| self.factor(f, Role::Factor)));
                continue;
            }
            let naming = &objective.naming;
            let mut node = self.node(SubjectId::Objective(id), Role::Factor, &naming.name, naming.title());
            node.perspective = objective.perspective.and_then(|p| self.perspective(p));
            self.declare_weight(&mut node, objective.weight.as_ref());
            node.children = top(Some(id)).into_iter().filter_map(|f| self.factor(f, Role::SubFactor)).collect();
            bones.push(node);
        }
        bones.extend(top(None).into_iter().filter_map(|f| self.factor(f, Role::Factor)));
        let loose: Vec<Node> = (0..design.indicators.len())
            .map(|i| IndicatorId(i as u32))
            .filter(|id| !self.homes.contains_key(id))
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|id| self.indicator(id, None, None))
            .collect();
        if !loose.is_empty() {
            let title = self.subject.lang.pick("In no factor", "未归入因素");
            let mut node = self.node(SubjectId::Design, Role::Factor, "", title);
            (node.status, node.score, node.weight, node.history) = (None, None, None, Vec::new());
            node.notes.clear();
            node.children = loose;
            bones.push(node);
        }
        bones
    }

    /// Nesting is bounded by the parser.
    fn factor(&mut self, id: FactorId, role: Role) -> Option<Node> {
        let design = self.design();
        let factor = design.factors.get(id.index())?;
        let mut node = self.node(SubjectId::Factor(id), role, &factor.naming.name, factor.naming.title());
        // A sub-factor stands in its parent's perspective; saying it once is enough.
        let own = factor.perspective.filter(|_| factor.parent.is_none());
        node.perspective = own.and_then(|p| self.perspective(p));
        self.declare_weight(&mut node, factor.weight.as_ref());
        for child in &factor.children {
            node.children.extend(match child {
                Child::Factor(child) => self.factor(*child, Role::SubFactor),
                Child::Indicator(child, weight) => self.indicator(*child, Some(&node.title), weight.as_ref()),
            });
        }
        Some(node)
    }

    fn indicator(&mut self, id: IndicatorId, factor: Option<&str>, weight: Option<&BigDecimal>) -> Option<Node> {
        let indicator = self.design().indicators.get(id.index())?;
        let naming = &indicator.naming;
        let home = self.homes.get(&id).cloned();
        let role = if home.is_some() { Role::Alias } else { Role::Indicator };
        let mut node = self.node(SubjectId::Indicator(id), role, &naming.name, naming.title());
        if let Some(home) = home {
            node.home = Some(home.map_or(node.title.clone(), |h| format!("{h} › {}", node.title)));
            node.weight = None;
        } else {
            self.homes.insert(id, factor.map(str::to_string));
            self.declare_weight(&mut node, weight);
        }
        if self.key.is_none() {
            node.target = self.declared_target(indicator);
        }
        Some(node)
    }

    /// Without results the weight is the declared one.
    fn declare_weight(&self, node: &mut Node, weight: Option<&BigDecimal>) {
        if self.key.is_none() {
            node.weight = weight.and_then(ToPrimitive::to_f64);
        }
    }

    fn perspective(&self, id: PerspectiveId) -> Option<String> {
        let naming = self.design().perspectives.get(id.index())?;
        let own = naming.label.as_deref().map(|l| visible(l).into_owned());
        own.or_else(|| words::perspective(&naming.name, self.subject.lang).map(str::to_string))
            .or_else(|| Some(visible(&naming.name).into_owned()))
    }

    fn node(&self, subject: SubjectId, role: Role, name: &str, title: &str) -> Node {
        let mut node = Node {
            subject,
            role,
            name: name.to_string(),
            title: visible(title).into_owned(),
            perspective: None,
            status: None,
            value: None,
            target: None,
            score: None,
            weight: None,
            history: Vec::new(),
            judged: None,
            home: None,
            reason: None,
            limits: Vec::new(),
            notes: Vec::new(),
            children: Vec::new(),
        };
        let (Some(row), Some(results)) = (self.rows.get(&subject), self.subject.results) else { return node };
        let shown = Shown { design: self.design(), results, lang: self.subject.lang };
        node.status = row.status;
        node.score = row.score;
        node.weight = row.weight;
        node.notes = shown.notes(row);
        let lang = self.subject.lang;
        node.reason = row.reason.as_ref().map(|reason| visible(&words::reason(reason, lang)).into_owned());
        let word = |flag: &str| flag.split([':', '：']).next().unwrap_or_default().to_string();
        node.limits = words::flags(row.flags, lang).into_iter().map(word).collect();
        let past = self.before.get(&subject).map_or(&[] as &[&Row], Vec::as_slice);
        let of_indicator = matches!(subject, SubjectId::Indicator(_));
        let course = |row: &Row| if of_indicator { row.value.as_ref().map(Number::to_f64) } else { row.score };
        if !past.is_empty() {
            node.history = past.iter().copied().chain([*row]).map(course).collect();
        }
        if of_indicator {
            node.value = Some(shown.actual(row)).filter(|v| !v.is_empty());
            node.target = Some(typographic(&shown.target(row))).filter(|t| !t.is_empty());
            node.judged = shown.judged(row);
        }
        node
    }

    /// The last of the general targets, which is where it is going.
    fn declared_target(&self, indicator: &Indicator) -> Option<String> {
        let target = indicator.targets.iter().rfind(|t| t.slice.is_empty())?;
        let constant = match &target.value {
            Bound::One(value) => number(value).map(BoundValue::One),
            Bound::Range(low, high) => number(low).zip(number(high)).map(|(l, h)| BoundValue::Range(l, h)),
        };
        let lang = self.subject.lang;
        Some(match (&constant, &target.value) {
            (Some(bound), _) => {
                typographic(&format::bound(bound, Some(&indicator.unit), Some(indicator.direction), lang))
            }
            (None, Bound::One(value)) => one_line(self.subject.sources.slice(value.span.0)),
            (None, Bound::Range(low, high)) => format!(
                "{}..{}",
                one_line(self.subject.sources.slice(low.span.0)),
                one_line(self.subject.sources.slice(high.span.0))
            ),
        })
    }

    fn counts(&self) -> Vec<(Status, usize)> {
        let (Some(key), Some(results)) = (self.key, self.subject.results) else { return Vec::new() };
        let shown = Shown { design: self.design(), results, lang: self.subject.lang };
        Board::new(&shown, vec![key]).counts(0)
    }
}

/// A number that a formula is, whatever the window.
fn number(formula: &crate::design::Formula) -> Option<Number> {
    match &formula.kind {
        FormulaKind::Number(n) => Some(Number::from_decimal(n.clone())),
        FormulaKind::Negate(inner) => number(inner).map(|n| n.neg()),
        _ => None,
    }
}

/// `>=` and `<=` as they are set in print; a terminal shows them as two signs of one cell each.
pub fn typographic(target: &str) -> String {
    match target.split_once(' ') {
        Some((">=", rest)) => format!("≥ {rest}"),
        Some(("<=", rest)) => format!("≤ {rest}"),
        _ => target.to_string(),
    }
}
