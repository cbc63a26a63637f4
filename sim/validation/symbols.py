"""Symbols of the equations that are not parameters: declared once, with unit, usual value and where they come from.

The page `docs/odd.md` prints this table; a test holds every name in its equations to it or to the register.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Symbol:
    """One name of the equations.

    Attributes:
        name: as written in `docs/odd.md`.
        meaning, unit: for people.
        usual: value at business as usual; "drawn" where it differs between people, "–" where it has none.
        source: where its value comes from: a section of the protocol, the scenario, the catalogue, the tree.
    """

    name: str
    meaning: str
    unit: str
    usual: str
    source: str


def _of(text: str) -> tuple[Symbol, ...]:
    rows = [line.split("|") for line in text.strip().splitlines()]
    return tuple(Symbol(*(cell.strip() for cell in row)) for row in rows)


SYMBOLS: Final = _of("""
i | seat, the person on it (hearer) | – | – | organisation
j | another seat (source) | – | – | organisation
k | topic of skill, 0–3 | – | – | theory/channels
m | leader behaviour, 0–19 | – | – | theory/channels
c | channel of what is felt, 0–19 | – | – | theory/channels
L | layer of ties, 0–3 | – | – | theory/channels
d | department | – | – | organisation
g | programme of the plan | – | – | scenario
AUTHORITY | layer 0 | – | – | theory/channels
PEERS | layer 1 | – | – | theory/channels
MUTUAL | layer 2 | – | – | theory/channels
RIPPLES | layer 3 | – | – | theory/channels
layers | all four layers | – | – | theory/channels
topics | all four topics | – | – | theory/channels
behaviours | all twenty behaviours | – | – | theory/channels
dt | length of a step | years | 1/52 | scenario
A | practising: active member of the learning culture | 0 or 1 | drawn, mean the surveyed share | 7.6
y_E | enthusiasm, departure | log-odds | noise of mean 0 | 7.6
y_E_next | the same after the step | log-odds | – | 7.6
y_Psi | psychological safety, departure | log-odds | 0 | 7.6
y_Psi_next | the same after the step | log-odds | – | 7.6
y_G | growth mindset, departure | log-odds | 0 | 7.6
y_G_next | the same after the step | log-odds | – | 7.6
R | ordinary skill stock by topic | 0–1 | drawn | 7.6
R_next | the same after the step | 0–1 | – | 7.6
Q | recent gain of skill by topic | 0–1 | 0 on average | 7.6
Q_next | the same after the step | 0–1 | – | 7.6
S | skill, R + Q | 0–1 | drawn | 7.3
tenure | time in the firm | years | drawn | 7.9
habit | hardness of habit | 0–1 | 0 | 7.6, starting condition
habit_next | the same after the step | 0–1 | – | 7.6
experience | share of joint-work contacts practising beyond the own usual chance, of the step before | share | 0 on average | 7.6
care_felt | channel care as felt at the step before | log-odds | 0 | 7.6
recognition_felt | channel recognition as felt at the step before | log-odds | 0 | 7.6
occasions_felt | channel sharing as felt at the step before | log-odds | 0 | 7.6
sigma | susceptibility of a person | – | drawn | 7.9
epsilon | expressiveness | – | drawn, mean 1 | 7.9
openness | uptake of programmes, negative for those who push back | – | drawn | 7.9
theta | threshold of a person | share, or contacts | drawn | 7.9
l_E | usual enthusiasm | log-odds | drawn or surveyed | 7.9
l_Psi | usual safety | log-odds | drawn or surveyed | 7.9
l_G | usual mindset | log-odds | drawn or surveyed | 7.9
s_usual | usual skill by topic | 0–1 | drawn or surveyed | 7.9
p_usual | usual chance of practising | probability | drawn, mean the surveyed share | 5
b | ordinary learning by topic | 1/year | solved | 7.9
alpha | spontaneous adoption | 1/year | solved | 7.10
x_usual | usual exposure of a seat | share | solved | 7.10
v_usual | variance of the usual exposure | share² | solved | 7.10
C_usual | expected response at business as usual | 0–1 | solved | 7.10
weight_usual | total weight of the usual company | contacts | solved | 7.10
base | b_0 of the usual chances of practising | log-odds | solved | 5
mean_l_E | mean usual enthusiasm of the staff | log-odds | drawn | 5
mean_l_Psi | mean usual safety of the staff | log-odds | drawn | 5
mean_l_G | mean usual mindset of the staff | log-odds | drawn | 5
mean_executives | mean usual enthusiasm of executives | log-odds | drawn | 5
share_usual | share practising at business as usual | share | .10 unless surveyed | survey or share_practising
alpha_offset | log factor on spontaneous adoption | log | solved | 5
centring | whether the response is centred on the usual (the default) | yes or no | yes | scenario
ref_E | what a hearer is used to hear on a layer | log-odds | solved | 7.10
ref_Psi | what a hearer is used to of team mates' safety | log-odds | solved | 7.10
ref_felt | what a hearer is used to feel from leaders by channel | log-odds | solved | 7.10
usual_conduct | a leader's usual level of a behaviour beyond the average leader's | log-odds | drawn, mean 0 | 7.5
usual_boss | usual conduct of the own leader at the time of hire | log-odds | drawn | 7.10
z | departure of a behaviour from the leader's usual | log-odds | 0 | 7.5
z_next | the same after the step | log-odds | – | 7.5
boss | the manager's seat | – | – | organisation
imitated | own leader's behaviour beyond what one is used to | log-odds | 0 | 7.5
push_on | push on a behaviour | log-odds/year | 0 | 7.7
push_size | push of a lever on a behaviour at dose 1, relative | – | – | catalogue
shock_push | push of shocks on a behaviour | log-odds/year | 0 | scenario
hours | hours a week asked of whoever sits on a leader's seat | hours/week | 0 | 7.7
given | hours a week that a leader gives | hours/week | 0 | 7.5
hours_of | leader hours of a lever at dose 1 | hours/week | – | catalogue or scenario
overload_of | relative excess of hours asked of a leader | – | 0 | 7.5
eta | sign of encouragement by reports: −1 for telling, else 1 | – | – | catalogue
lifetime | mean time for which a behaviour lasts | years | 1.01 | 7.2
kept_E | share of a departure of enthusiasm left after a step | – | .938 | 7.2
kept_Psi | … of safety | – | .962 | 7.2
kept_G | … of mindset | – | .987 | 7.2
kept_z | … of conduct | – | .981 | 7.2
rho | rate of obsolescence | 1/year | .139 | 7.2
phi | rate of forgetting unused gain | 1/year | .756 | 7.2
usual_sharing | usual propensity to share of one who practises | probability | .5 | 7.2
say | share of a behaviour in what is radiated by saying | – | – | catalogue
do | share of a behaviour in what is radiated by doing | – | – | catalogue
emits | what a behaviour one log-odd above usual makes others feel | log-odds | – | catalogue
fit | fit of a behaviour on a layer as this plan practises it | −1–1 | catalogue, positive part | catalogue or scenario
fit_usual | fit of a behaviour on a layer as usual | 0–1 | catalogue, positive part | catalogue
said | what a leader radiates by saying on a layer | log-odds | 0 | 7.3
done | what a leader radiates by doing on a layer | log-odds | 0 | 7.3
radiates | what a leader radiates on a layer | log-odds | 0 | 7.3
felt_usual | what a leader's usual conduct makes reports feel | log-odds | drawn | 7.3
felt_from | what a leader's conduct makes reports feel, level | log-odds | drawn | 7.3
spread | what a leader's conduct makes others feel on other layers, departure | log-odds | 0 | 7.3
voice | level of enthusiasm as others hear it | log-odds | drawn | 7.3
voice_Psi | level of safety as team mates see it | log-odds | drawn | 7.3
shared | propensity to share, 0 for who does not practise | probability | drawn | 7.3
usual_shared | its usual value | probability | drawn | 7.3
crowd_voice | executives' mean voice on ripples | log-odds | drawn | 7.3
crowd_share | share of the staff present who practise | share | surveyed share on average | 7.3
w | weight of an existing tie, single precision | contacts | 1; leader 3.4 | organisation
f | share of time for which a tie of the pool exists | share | 1 or s of 7.8 | 7.8
ties | sources of existing ties of a hearer on a layer, seats that are not vacant | – | – | 7.4
pool | sources of all fixed and informal ties of a hearer on a layer | – | – | 7.10
leaders_over | sources on authority who lead and are there | – | – | 7.10
has_layer | whether a hearer has that layer at all | 0 or 1 | – | 7.4
weight | weight of a layer (weight_authority …) | – | .3, .4, .1, .1 | register
visibility | visibility on a layer (visibility_authority …) | – | 1 | register
negativity_weight | the parameter negativity | ratio | 1 | register
b_cast | weight of the executives' broadcast on a layer | contacts | 1 on ripples, else 0 | 7.4
b_usual | the same where references are settled | contacts | 1 on ripples, else 0 | 7.10
leads | whether a seat leads | 0 or 1 | – | 2
total | weight of existing ties of a hearer on a layer | contacts | – | 7.4
level_heard | level heard on a layer | log-odds | ref_E on average | 7.4
heard | what is heard beyond the usual, over layers | log-odds | 0 on average | 7.4
lit | weight of practising contacts | contacts | – | 7.4
contacts | weight of all contacts | contacts | – | 7.4
team_safety | team mates' safety beyond the usual | log-odds | 0 on average | 7.4
example | leaders' lived example on authority | log-odds | 0 | 7.4
pulled | upward pull of peers who share, beyond usual | 0–1 | 0 on average | 7.4
fresh | what a joint-work contact could teach, weighted | contacts | – | 7.4
fresh_mean | its mean | 0–1 | drawn | 7.4
joint | joint work of two who practise, beyond usual | – | 0 on average | 7.4
reports_beyond | share of joint-work contacts practising beyond the own usual chance | share | 0 on average | 7.4
field | what programmes and shocks bring on a channel | log-odds | 0 | 7.7
shock_field | what shocks bring on a channel | log-odds | 0 | scenario
felt_platform | channel platform as programmes bring it | log-odds | 0 | 7.7
targeting | factor on programme hours in a department | – | 1 | 7.7
department | department of a seat | – | – | organisation
felt | what is felt on a channel | log-odds | 0 on average | 7.4
x | exposure: share (or number) of contacts who practise | share | x_usual on average | 7.6
C | response to exposure | 0–1 | C_usual on average | 7.6
response_form | 0 Hill, 1 threshold, 2 linear | – | 0 | scenario
Psi | level of safety | 0–1 | drawn | 7.6
support | what supports enthusiasm | log-odds | 0 | 7.6
strained | what strains enthusiasm | log-odds | 0 | 7.6
ready | log factor on practice hazards | log | 0 | 7.6
beta | adoption hazard when all contacts practise | 1/year | drawn | 7.6
adopts | whether a person adopts at this step | yes or no | – | 7.6
lapses | whether a person lapses at this step | yes or no | – | 7.6
leaves | whether a person leaves at this step | yes or no | – | 7.9
word_noise | WEEK word 0 | 32 bits | – | 7.1
word_practice | WEEK word 1 | 32 bits | – | 7.1
word_leave | WEEK word 2 | 32 bits | – | 7.1
together | what joint work teaches | – | 0 on average | 7.6
common | gain that is the same in every topic | 1/year | 0 on average | 7.6
will | motivation, factor on gains | – | 1 | 7.6
use | use of the gain on the job | share | .2 or .7 | 7.6
converts | rate at which used gain becomes stock | 1/year | 1 | 7.6
left | share of a gain left after a step where nothing is forgotten | – | .98 or .99 | 7.6
gain_kept | share of a gain left after a step | – | .98 | 7.6
gains | gain above ordinary learning by topic | 1/year | 0 on average | 7.6
memory | shared memory of a department by topic, departure | – | 0 | 7.7
memory_next | the same after the step | – | – | 7.7
memory_usual | usual inflow of the memory | – | drawn | 5
members | people of a department who are on the staff and there | – | – | organisation
heads | how many they are | people | – | organisation
rate | rate of writing down in a department | 1/year | .2 | 7.7
dose | dose of a programme at this step | – | 0 | scenario
direct | what a lever brings on a channel at dose 1 | log-odds | – | catalogue
programmes_of | programmes that a leader practises or gives hours to | – | none | scenario
programmes_covering | programmes whose direct effect reaches a seat | – | none | scenario
surge | factor of shocks on leaving, by seat | ratio | 1 | scenario
turnover_base | turnover_employees or turnover_leaders by level | 1/year | .15 or .10 | register
pushback | share who push back, by level | share | .25 | register or scenario
level | level of a seat | – | – | organisation
between | root of the team's share of variance | – | .45 | 7.9
within | root of the rest | – | .89 | 7.9
a | words of PERSON block 0 | 32 bits | – | 7.1
b_word | words of PERSON block 1 | 32 bits | – | 7.1
d_word | words of PERSON block 2 | 32 bits | – | 7.1
e | words of TEAM block 0 of the team | 32 bits | – | 7.1
h_word | words of TEAM block 1 of the department | 32 bits | – | 7.1
""")
