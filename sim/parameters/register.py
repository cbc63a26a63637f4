"""Every parameter, declared once.

Scenario checks, the sensitivity problem, `ripple explain` and the tables in the docs are all made from this
register.  Rates, half-lives and hazards are per year; "log-odds" is a departure from the person's own usual.

Ranges are not strict 95 % intervals: the reported interval where there was one, otherwise the spread between
studies, otherwise judgement (grade D).  Grades: A meta-analysis or large trial, B single good study or official
statistic, C observational or mapped, D judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number the model leans on.

    Attributes:
        name, symbol, meaning, unit: for people and files.
        default: the value used unless a scenario says otherwise.
        low, high: range for uncertainty and sensitivity analysis.
        distribution: "uniform" or "loguniform" over that range.
        source, grade: where the number comes from and how good it is (A–D).
        used_in: the theory file(s) whose equations read it.
        tags: for choosing factors by tag.
        hard: outside these bounds the equations lose their meaning; never allowed.
    """

    name: str
    symbol: str
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    grade: str
    used_in: str
    tags: tuple[str, ...] = ()
    hard: tuple[float, float] = (float("-inf"), float("inf"))
    distribution: str = "uniform"


_POSITIVE = (0.0, float("inf"))
_SHARE = (0.0, 1.0)
_D = "judgement"
_SAKS = "Saks & Belcourt 2006: use of training 62, 44, 34 % at 0, 6, 12 months"
_SEPPALA = "Seppälä et al. 2009: rank-order stability of engagement .82–.86 over three years"
_FRAZIER = "Frazier et al. 2017 (136 samples), times .6 for same-source inflation"

_DECLARED: Final = (
    # --- enthusiasm -------------------------------------------------------------------------------------------
    Parameter("susceptibility", "σ", 0.45, 0.15, 0.80, "–", "how far people are moved by what they hear; mean over people", _SEPPALA + "; wide for a sustained campaign", "D", "enthusiasm", ("enthusiasm", "contagion"), (0.0, 1.0)),
    Parameter("susceptibility_spread", "s_σ", 0.5, 0.2, 0.8, "log-odds", "spread of susceptibility between people", _D, "D", "enthusiasm", ("people",), _POSITIVE),
    Parameter("expressiveness_spread", "s_ε", 0.3, 0.1, 0.5, "log", "spread of expressiveness between people", _D, "D", "enthusiasm", ("people",), _POSITIVE),
    Parameter("weight_authority", "ω_A", 0.3, 0.3, 0.6, "–", "weight of the reporting line among the relationships a person has", "manager–report dyads carry 3.4 times a peer dyad (measured, one firm)", "C", "enthusiasm, practice", ("layers",), _POSITIVE),
    Parameter("weight_peers", "ω_P", 0.4, 0.0, 0.5, "–", "weight of peers; long-run mood contagion between co-workers was not found, so 0 is in the range", "Fowler & Christakis 2008", "C", "enthusiasm, practice", ("layers", "contagion"), _POSITIVE),
    Parameter("weight_mutual", "ω_M", 0.10, 0.0, 0.2, "–", "weight of joint work of leader and report", _D, "D", "enthusiasm, practice", ("layers",), _POSITIVE),
    Parameter("weight_ripples", "ω_R", 0.10, 0.0, 0.2, "–", "weight of weak and indirect ties", _D, "D", "enthusiasm, practice", ("layers",), _POSITIVE),
    Parameter("visibility_authority", "v_A", 1.0, 0.7, 1.3, "–", "visibility of leaders on the reporting line", _D, "D", "enthusiasm", ("layers",), _POSITIVE),
    Parameter("visibility_ripples", "v_R", 1.0, 0.5, 1.5, "–", "visibility on ripples", _D, "D", "enthusiasm", ("layers",), _POSITIVE),
    Parameter("broadcast", "w_b", 1.0, 0.0, 2.0, "contacts", "how many weak ties the executives' broadcast is worth to everybody", _D, "D", "enthusiasm", ("layers",), _POSITIVE),
    Parameter("say_weight", "w_s", 0.30, 0.0, 0.6, "log-odds", "what saying radiates, per log-odd of say-behaviour", "supervisor support .6 × .31 (Blume et al. 2010)", "D", "enthusiasm", ("leadership",), _POSITIVE),
    Parameter("do_weight", "w_d", 0.50, 0.1, 0.9, "log-odds", "what doing (leading by example) radiates, per log-odd of do-behaviour", "no meta-analysis isolates it; judgement", "D", "enthusiasm", ("leadership", "least_known"), _POSITIVE),
    Parameter("hypocrisy", "c", 1.0, 0.0, 2.0, "–", "penalty on saying without doing; above 1 it backfires", _D, "D", "enthusiasm", ("leadership",), (0.0, 3.0)),
    Parameter("a_recognition", "a_rec", 0.40, 0.1, 0.7, "log-odds", "recognition on enthusiasm", "Stajkovic & Luthans 2003: .17 relative", "C", "enthusiasm", ("enthusiasm",)),
    Parameter("a_progress", "a_prog", 0.30, 0.0, 0.6, "log-odds", "felt progress and ownership on enthusiasm", "Cerasoli et al. 2016: competence .37 × .6", "C", "enthusiasm", ("enthusiasm",)),
    Parameter("a_care", "a_care", 0.20, 0.0, 0.4, "log-odds", "felt investment in people on enthusiasm", _D, "D", "enthusiasm", ("enthusiasm",)),
    Parameter("a_practice", "a_A", 0.1, 0.0, 0.6, "log-odds", "practising on own enthusiasm", _D, "D", "enthusiasm", ("enthusiasm",)),
    Parameter("a_pressure", "a_1", 0.30, 0.0, 0.6, "log-odds", "pressure on enthusiasm, linear", _D, "D", "enthusiasm", ("pressure",)),
    Parameter("a_pressure_squared", "a_2", 0.30, 0.0, 0.6, "log-odds", "pressure squared where safety is low", _D, "D", "enthusiasm", ("pressure", "interaction")),
    Parameter("a_frustration", "a_fr", 0.20, 0.0, 0.4, "log-odds", "practising without time or safety", _D, "D", "enthusiasm", ("enthusiasm", "interaction")),
    Parameter("a_stretch", "a_st", 0.50, 0.0, 1.0, "log-odds", "stretch times (safety − critical) on enthusiasm", _D, "D", "enthusiasm", ("interaction",)),
    Parameter("negativity", "ν", 1.0, 1.0, 2.0, "ratio", "how much more negative departures weigh", "Hill et al. 2010 against Kramer et al. 2014", "C", "enthusiasm", ("contagion",), (1.0, 9.0)),
    Parameter("tau_enthusiasm", "τ_E", 0.30, 0.15, 0.6, "years", "time in which a change of enthusiasm settles", "a season; judgement", "D", "enthusiasm", ("time_scale",), (0.01, 50.0)),
    Parameter("enthusiasm_noise", "s_OU", 0.24, 0.1, 0.4, "log-odds", "everyday noise of enthusiasm (stationary standard deviation)", _SEPPALA, "C", "enthusiasm", ("noise",), _POSITIVE),
    # --- practice ---------------------------------------------------------------------------------------------
    Parameter("share_practising", "p_0", 0.10, 0.05, 0.25, "share", "share practising at business as usual, where no survey says", "judgement; true learning organisations are rare (source 001)", "D", "practice", ("start",), (0.001, 0.9)),
    Parameter("relaxation", "r", 0.85, 0.5, 1.2, "1/year", "how fast practice returns to usual", _SAKS, "C", "practice", ("practice", "time_scale"), (0.0, 100.0)),
    Parameter("contagion", "β/λ_a", 40.0, 0.0, 40.0, "ratio", "adoption hazard when all contacts practise, in units of the person's usual hazard", "fitted (P3, P4)", "D", "practice", ("practice", "contagion"), _POSITIVE),
    Parameter("protection", "κ", 0.90, 0.5, 1.0, "–", "how far company keeps people from lapsing", "fitted (P3, P4)", "D", "practice", ("practice", "contagion"), (0.0, 1.0)),
    Parameter("threshold", "θ", 0.5, 0.45, 0.75, "share", "exposure at which reinforcement is half", "Centola et al. 2018; fitted (P3)", "C", "practice", ("practice", "contagion"), (0.0, 5.0)),
    Parameter("threshold_spread", "s_θ", 0.05, 0.0, 0.25, "log", "spread of thresholds between people", _D, "D", "practice", ("people",), (0.0, 2.0)),
    Parameter("steepness", "n", 8.0, 4.0, 8.0, "–", "steepness of the response; 1 is simple contagion", "Centola & Macy 2007; fitted", "C", "practice", ("practice", "contagion"), (0.5, 60.0)),
    Parameter("mixing", "m", 8.0, 0.0, 10.0, "contacts", "visible norm: how many contacts the organisation at large is worth, on practice only", "ripples carry awareness and norm, weak and wide (source 002); fitted (P3): without it local nuclei grow and nothing tips", "D", "practice", ("practice", "contagion"), _POSITIVE),
    Parameter("prior_contacts", "k_0", 2.0, 1.0, 2.0, "contacts", "pseudo-contacts at the usual share", _D, "D", "practice", ("practice",), _POSITIVE),
    Parameter("adopt_share", "s", 0.60, 0.4, 0.8, "share", "share of readiness that works on adoption (the rest on lapse)", _D, "D", "practice", ("practice",), _SHARE),
    Parameter("g_enthusiasm", "g_E", 0.9, 0.6, 2.0, "–", "enthusiasm on practice", _FRAZIER + "; engagement and learning", "C", "practice", ("practice",)),
    Parameter("g_safety", "g_Ψ", 0.7, 0.5, 1.6, "–", "safety on practice", _FRAZIER, "B", "practice", ("practice",)),
    Parameter("g_time", "g_T", 0.80, 0.2, 1.4, "–", "protected time on practice", "CIPD 2023: 51 % encouraged, 39 % given time; judgement", "D", "practice", ("practice",)),
    Parameter("g_mindset", "g_G", 0.15, 0.0, 0.4, "–", "mindset on practice", "Sisk et al. 2018: d .08", "A", "practice", ("practice",)),
    Parameter("g_time_enthusiasm", "γ_TE", 0.40, 0.0, 0.8, "–", "slack without enthusiasm is not used", _D, "D", "practice", ("practice", "interaction")),
    Parameter("g_expectation", "g_x", 0.15, 0.0, 0.4, "–", "being expected to learn, on practice", _D, "D", "practice", ("leadership",)),
    Parameter("g_expectation_example", "g_xe", 0.30, 0.0, 0.6, "–", "expectation times lived example", _D, "D", "practice", ("leadership", "interaction")),
    Parameter("g_awareness", "g_aw", 0.25, 0.0, 0.5, "–", "knowing the direction, on practice", _D, "D", "practice", ("leadership",)),
    Parameter("g_career", "g_c", 0.40, 0.0, 0.8, "–", "learning counts for goals and careers, on practice", "Cerasoli et al. 2014; judgement", "D", "practice", ("leadership",)),
    Parameter("g_relevance", "g_r", 0.20, 0.0, 0.4, "–", "relevance on practice", _D, "D", "practice", ("practice",)),
    Parameter("g_pressure", "g_P", 0.40, 0.0, 0.8, "–", "pressure on lapsing", _D, "D", "practice", ("pressure",)),
    Parameter("g_try", "g_f", 0.03, 0.0, 0.10, "1/year", "hazard of trying out what one standard course load taught", "Saks & Belcourt 2006: (.34 − floor .215) × about half who share × .6 for same-source reports ≈ .04", "D", "practice", ("formal",), _POSITIVE),
    Parameter("g_habit", "g_h", 1.0, 0.5, 2.0, "–", "habit on practice (acts only where complacency is switched on)", _D, "D", "practice", ("complacency",)),
    Parameter("habit_hardening", "g_hab", 0.0, 0.0, 0.0, "1/year", "rate at which habit hardens where nothing changes; 0 = no complacency", _D, "D", "practice", ("complacency",), _POSITIVE),
    Parameter("between_within", "f", 0.8, 0.4, 0.8, "ratio", "within-person effect as a share of the between-person one (same-source discount)", "Blume et al. 2010 state the inflation; the factor is judgement", "D", "practice", ("practice",), (0.05, 1.0)),
    # --- safety, mindset --------------------------------------------------------------------------------------
    Parameter("tau_safety", "τ_Ψ", 0.50, 0.25, 1.0, "years", "time in which a change of safety settles", "half a year; judgement", "D", "safety", ("time_scale",), (0.01, 50.0)),
    Parameter("power_distance", "pd", 0.40, 0.1, 0.8, "–", "how much felt pressure lowers safety", "source 002: authority casts a big shadow; judgement", "D", "safety", ("pressure",)),
    Parameter("sharedness_safety", "σ_Ψ", 0.30, 0.0, 0.6, "–", "how far safety follows the team's", "ICC(1) of climate .02–.25 (measured)", "C", "safety", ("contagion",), (0.0, 0.99)),
    Parameter("tau_mindset", "τ_G", 1.5, 1.0, 2.0, "years", "time in which a change of mindset settles", "one or two years; judgement", "D", "mindset", ("time_scale",), (0.01, 50.0)),
    Parameter("mindset_by_company", "b_A", 0.50, 0.0, 1.0, "log-odds", "practising company on mindset", "Yeager et al. 2019: only where peer norms align", "C", "mindset", ("mindset",)),
    # --- leaders ----------------------------------------------------------------------------------------------
    Parameter("push", "D_1", 1.5, 0.6, 1.8, "log-odds/year", "push of a programme of dose 1 on a behaviour", "coaching .36 d, feasibility study", "D", "leadership", ("leadership",), _POSITIVE),
    Parameter("conduct_halflife", "t_B", 0.7, 0.08, 2.0, "years", "half-life of programme enthusiasm: how long a behaviour lasts without push", "no direct measure; 7 months (1–24), bounded by Saks & Belcourt 2006", "D", "leadership", ("leadership", "least_known", "time_scale"), (0.01, 50.0), "loguniform"),
    Parameter("imitation", "χ", 0.40, 0.0, 0.8, "1/year", "how fast leaders take over their own leader's conduct", "Gutermann et al. 2017 (engagement crosses over); judgement", "D", "leadership", ("leadership", "contagion")),
    Parameter("encouragement", "η", 0.05, 0.0, 1.0, "1/year", "practising reports encourage their leader", _D, "D", "leadership", ("leadership",)),
    Parameter("pushback_share", "f_−", 0.25, 0.1, 0.5, "share", "share of leaders who answer a programme by pushing back", "Kluger & DeNisi 1996: a third of feedback interventions backfire", "C", "leadership", ("leadership",), _SHARE),
    Parameter("pushback_strength", "q_−", 0.30, 0.0, 0.6, "–", "strength with which they do, relative to uptake", _D, "D", "leadership", ("leadership",), _POSITIVE),
    Parameter("conduct_spread", "s_B", 0.15, 0.1, 0.5, "log-odds", "spread of usual conduct between leaders, per behaviour", _D, "D", "leadership", ("people",), _POSITIVE),
    Parameter("leader_hours", "H", 6.5, 3.0, 8.0, "hours/week", "hours a week that a leader can give to leading learning", _D, "D", "leadership", ("capacity",), (0.01, 60.0)),
    Parameter("a_overload", "a_o", 0.30, 0.0, 0.6, "log-odds", "overload on the leader's own enthusiasm", _D, "D", "enthusiasm", ("capacity",)),
    Parameter("facilitator_hours", "F", 10.0, 4.0, 20.0, "hours/week per 100 staff", "facilitation that the learning function can give", _D, "D", "leadership", ("capacity",), _POSITIVE),
    Parameter("capacity_lever", "F_21", 1.0, 0.3, 1.7, "–", "how much a dose of L&D capacity (L21) or a board-level learning leader (L05) adds to it, relative", _D, "D", "leadership", ("capacity",), _POSITIVE),
    Parameter("sponsor_persistence", "q_s", 2.0, 0.0, 4.0, "–", "how much a dose of sponsorship (L08) stretches the half-life of a fading programme", _D, "D", "leadership", ("leadership",), _POSITIVE),
    # --- skill ------------------------------------------------------------------------------------------------
    Parameter("skill_mean", "S̄", 0.50, 0.4, 0.6, "0–1", "mean skill relative to today's frontier", "scale", "D", "skill", ("start",), (0.05, 0.95)),
    Parameter("skill_spread", "s_S", 0.20, 0.15, 0.25, "0–1", "spread of skill between people", "scale", "D", "skill", ("people",), (0.0, 0.3)),
    Parameter("skill_newcomer", "S_n/S̄", 0.80, 0.6, 0.95, "ratio", "skill of a newcomer relative to the seat's usual", "De Grip, Sauermann & Sieben 2016: +64 % in the first year (call centre), here milder", "C", "skill", ("turnover",), (0.0, 1.0)),
    Parameter("obsolescence_halflife", "t_ρ", 5.0, 2.5, 15.0, "years", "half-life of all skill relative to the frontier", "industry claim traced to course titles (Daniel 2024)", "D", "skill", ("skill", "least_known"), (0.1, 1000.0), "loguniform"),
    Parameter("forgetting_halflife", "t_φ", 0.917, 0.54, 1.08, "years", "half-life of unused gain", "Tatel & Ackerman 2025: 11 (6.5–13) months", "A", "skill", ("skill",), (0.01, 1000.0)),
    Parameter("conversion", "κ_u", 1.0, 0.5, 2.0, "1/year", "rate at which used gain becomes ordinary stock", _D, "D", "skill", ("skill",), _POSITIVE),
    Parameter("use_practising", "u_A", 0.70, 0.5, 0.9, "share", "use on the job of one who practises", _SAKS, "C", "skill", ("skill",), _SHARE),
    Parameter("use_other", "u_0", 0.20, 0.05, 0.4, "share", "use on the job of one who does not", _SAKS + " (floor .215)", "C", "skill", ("skill",), _SHARE),
    Parameter("gain_practice", "G_A", 0.25, 0.1, 0.4, "1/year", "gain from practising itself", "informal share of growth .6 (.3–.9)", "D", "skill", ("skill",)),
    Parameter("gain_formal", "G_f", 0.20, 0.1, 0.35, "1/year", "gain of one standard course load a year", "Arthur et al. 2003: d .63", "A", "skill", ("skill", "formal")),
    Parameter("g_transfer", "tr", 0.50, 0.0, 1.0, "–", "support on transfer of courses", "Blume et al. 2010: support .31; Hughes et al. 2020", "B", "skill", ("formal", "interaction")),
    Parameter("gain_experience", "G_x", 0.20, 0.1, 0.4, "1/year", "gain from learning by doing, per log-odd of occasion", "Keith & Frese 2008: error management d .44", "B", "skill", ("skill",)),
    Parameter("g_experience_safety", "g_xΨ", 0.40, 0.0, 0.8, "–", "safety on learning by doing", "Keith & Frese 2008; Sanner & Bunderson 2015", "C", "skill", ("skill", "interaction")),
    Parameter("gain_stretch", "G_s", 0.40, 0.0, 0.8, "1/year", "gain from stretch, times (safety − critical)", _D, "D", "skill", ("skill", "interaction")),
    Parameter("safety_critical", "Ψ_c", 0.50, 0.3, 0.6, "0–1", "safety below which stretch harms", _D, "D", "skill", ("interaction",), _SHARE),
    Parameter("gain_peers", "G_p", 0.60, 0.2, 1.0, "1/year", "pull of better skilled peers who practise and share", "Sandvik et al. 2020: +24 % during, +18 % later", "B", "skill", ("skill", "contagion")),
    Parameter("gain_mutual", "G_m", 0.30, 0.1, 0.5, "1/year", "gain at both ends of joint work", _D, "D", "skill", ("skill",)),
    Parameter("novelty_best", "δ", 0.25, 0.15, 0.4, "0–1", "distance of skill profiles at which joint work teaches most", _D, "D", "skill", ("skill",), (0.01, 1.0)),
    Parameter("shadow", "sh", 0.50, 0.0, 1.0, "–", "how far pressure spoils joint work", "source 002; judgement", "D", "skill", ("pressure",)),
    Parameter("gain_memory", "G_M", 0.20, 0.0, 0.4, "1/year", "gain from shared memory, per unit of stock", _D, "D", "skill", ("memory",)),
    Parameter("m_enthusiasm", "m_E", 0.30, 0.0, 0.6, "–", "enthusiasm on every gain", "Colquitt et al. 2000; judgement", "C", "skill", ("skill",)),
    Parameter("m_mindset", "m_G", 0.05, 0.0, 0.1, "–", "mindset on every gain", "Sisk et al. 2018", "A", "skill", ("skill",)),
    Parameter("m_time", "m_T", 0.20, 0.0, 0.5, "–", "time on every gain", _D, "D", "skill", ("skill",)),
    Parameter("retention_reflection", "a_rf", 0.50, 0.0, 1.0, "–", "after-action review on moving gain into stock", "Keiser & Arthur 2021: d .79", "A", "skill", ("skill",)),
    # --- sharing, memory --------------------------------------------------------------------------------------
    Parameter("share_base", "s_0", 0.0, -1.0, 1.0, "log-odds", "usual propensity to share of one who practises", _D, "D", "skill", ("sharing",)),
    Parameter("share_safety", "s_Ψ", 0.60, 0.3, 0.9, "–", "safety on sharing", _FRAZIER + " (.52)", "B", "skill", ("sharing",)),
    Parameter("share_mindset", "s_G", 0.20, 0.0, 0.4, "–", "mindset on sharing", _D, "D", "skill", ("sharing",)),
    Parameter("share_recognition", "s_rec", 0.30, 0.0, 0.6, "–", "recognition on sharing", _D, "D", "skill", ("sharing",)),
    Parameter("share_occasions", "s_conn", 0.50, 0.0, 1.0, "–", "occasions and open doors on sharing", _D, "D", "skill", ("sharing",)),
    Parameter("codification", "f_0", 0.20, 0.0, 0.5, "1/year", "rate at which shared skill is written down at usual", _D, "D", "memory", ("memory",), _POSITIVE),
    Parameter("codification_platform", "f_1", 0.80, 0.2, 1.5, "1/year", "more of it with a platform of dose 1", _D, "D", "memory", ("memory",), _POSITIVE),
    Parameter("staleness", "st", 0.30, 0.1, 0.6, "1/year", "loss of written knowledge beyond obsolescence", "Argote; Thompson 2007 re-estimate: wide", "C", "memory", ("memory",), _POSITIVE),
    # --- turnover, ties ---------------------------------------------------------------------------------------
    Parameter("turnover_employees", "h_E", 0.15, 0.08, 0.30, "1/year", "leaving hazard of employees after the first year", "BLS 2024; Mercer", "A", "turnover", ("turnover",), _POSITIVE),
    Parameter("turnover_leaders", "h_L", 0.10, 0.05, 0.20, "1/year", "leaving hazard of managers and executives after the first year", "Mercer; judgement", "C", "turnover", ("turnover",), _POSITIVE),
    Parameter("turnover_first_year", "h_1", 1.6, 1.0, 2.5, "ratio", "leaving hazard in the first year relative to later", "BLS 2024: 22 % of staff below one year", "B", "turnover", ("turnover",), _POSITIVE),
    Parameter("turnover_enthusiasm", "g_hE", 0.30, 0.0, 0.6, "–", "enthusiasm on staying", "engagement and turnover intention; judgement", "C", "turnover", ("turnover",)),
    Parameter("turnover_care", "g_hc", 0.30, 0.0, 0.6, "–", "felt care on staying", _D, "D", "turnover", ("turnover",)),
    Parameter("vacancy", "t_v", 0.15, 0.05, 0.4, "years", "mean time a seat stays vacant", "judgement; about eight weeks", "D", "turnover", ("turnover",), (0.0, 10.0)),
    Parameter("promotion_share", "p_in", 0.50, 0.2, 0.8, "share", "share of leaders' vacancies filled from their own reports", _D, "D", "turnover", ("turnover",), _SHARE),
    Parameter("tie_turnover", "r_t", 0.80, 0.4, 1.4, "1/year", "rate at which informal ties end and form", "40–75 % of ties survive a year (measured)", "B", "turnover", ("ties",), _POSITIVE),
    Parameter("tie_rebuild", "t_n", 0.35, 0.15, 0.6, "years", "mean time in which newcomers make an informal tie", _D, "D", "turnover", ("ties",), (0.001, 10.0)),
    # --- people at business as usual --------------------------------------------------------------------------
    Parameter("enthusiasm_mean", "Ē", 0.0, -0.5, 0.5, "log-odds", "mean usual enthusiasm", "scale", "D", "enthusiasm", ("start",)),
    Parameter("enthusiasm_spread", "s_E", 0.6, 0.6, 1.0, "log-odds", "spread of usual enthusiasm between people", "scale", "D", "enthusiasm", ("people",), _POSITIVE),
    Parameter("safety_mean", "Ψ̄", 0.4, 0.0, 0.8, "log-odds", "mean usual safety", "scale", "D", "safety", ("start",)),
    Parameter("safety_spread", "s_ΨB", 0.6, 0.6, 1.0, "log-odds", "spread of usual safety between people", "scale", "D", "safety", ("people",), _POSITIVE),
    Parameter("mindset_mean", "Ḡ", 0.4, 0.0, 0.8, "log-odds", "mean usual growth mindset", "scale", "D", "mindset", ("start",)),
    Parameter("mindset_spread", "s_GB", 0.80, 0.6, 1.0, "log-odds", "spread of usual mindset between people", "scale", "D", "mindset", ("people",), _POSITIVE),
    Parameter("team_agreement", "ICC", 0.20, 0.05, 0.35, "share", "share of variance of usual enthusiasm and safety that lies between teams (true score)", "measured ICC(1) .02–.25 on observed scores", "B", "enthusiasm, safety", ("people",), _SHARE),
    Parameter("measure_error", "s_m", 0.05, 0.0, 0.10, "share", "error of a unit's observed share practising", _D, "D", "leadership", ("targeting",), _POSITIVE),
    # --- money and the outcome map ----------------------------------------------------------------------------
    Parameter("practice_hours", "h_A", 1.5, 0.5, 3.0, "hours/week", "hours a week that practising takes", _D, "D", "outcomes", ("money",), _POSITIVE),
    Parameter("wage", "w", 40.0, 20.0, 80.0, "currency/hour", "full cost of an hour of work", "setting", "D", "outcomes", ("money",), _POSITIVE),
    Parameter("b_productivity_skill", "b_S", 0.23, 0.05, 0.6, "–", "productivity per unit of skill (outcome map)", "Konings & Vanormelingen 2015; Konings 2008", "C", "outcomes", ("outcome_map",)),
    Parameter("b_productivity_enthusiasm", "b_E", 0.03, 0.0, 0.1, "–", "productivity per unit of enthusiasm level (outcome map)", "Tharenou et al. 2007: very weakly related", "D", "outcomes", ("outcome_map",)),
)  # fmt: skip

REGISTER: Final[Mapping[str, Parameter]] = MappingProxyType({entry.name: entry for entry in _DECLARED})

# Two computed values ride along with the declared ones: they are results of making business as usual stationary,
# not assumptions.
_DERIVED: Final = ("alpha_offset",)

RECORD: Final = np.dtype([(name, np.float64) for name in (*REGISTER, *_DERIVED)])


def defaults() -> dict[str, float]:
    """Every declared parameter at its default."""
    return {name: entry.default for name, entry in REGISTER.items()}


def record(values: Mapping[str, float]) -> npt.NDArray[np.void]:
    """Parameters as a one-row structured array that compiled code reads by name, shape (1,).

    `alpha_offset` (log factor on spontaneous adoption that makes business as usual stationary) is 0 unless given.

    Raises:
        KeyError: a name that is not declared.
    """
    row = np.zeros(1, dtype=RECORD)
    for name, entry in REGISTER.items():
        row[name] = values.get(name, entry.default)
    for name, value in values.items():
        if name not in row.dtype.names:  # type: ignore[operator]
            raise KeyError(f"no parameter is called {name!r}")
        row[name] = value
    return row
