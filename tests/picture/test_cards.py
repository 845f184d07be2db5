"""What a card is: everything on it stands inside it, and nothing on something else."""

from hypothesis import given

import backprop_lab as bp
from backprop_lab.picture.cards import PADDING, card_plan, label_plan
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.measures import LINE, field_box
from tests import graphs


@given(graphs.losses())
def test_everything_stands_inside_its_card_line_under_line(output):
    for card in picture_of(bp.record(output)).cards:
        plan = card_plan(card)
        value, gradient = field_box(card.value), field_box(card.gradient)
        lines = [plan.name[1], *([plan.formula[1]] if card.formula else [])]
        lines += [plan.header, plan.value[1]]
        assert lines == sorted(lines)
        assert plan.value_label[1] == plan.value[1]
        assert plan.gradient_label[1] == plan.gradient[1]
        assert plan.gradient[1] >= plan.value[1] + value.height
        last = plan.gradient[1] + gradient.height - LINE
        if card.arrivals:
            assert plan.arrivals[1] > last
            last = plan.arrivals[1]
        assert last < plan.box.height
        for end, field in ((plan.value, value), (plan.gradient, gradient)):
            assert end[0] == plan.box.width - PADDING
            assert end[0] - field.width >= PADDING


@given(graphs.losses())
def test_the_texts_beside_an_arrow_stand_in_their_room(output):
    for arrow in picture_of(bp.record(output)).arrows:
        plan = label_plan(arrow)
        if arrow.contribution:
            half = plan.box.height / 2
            assert -half < plan.local[1] < plan.contribution[1] < half
            assert plan.contribution[0] <= plan.box.width / 2
