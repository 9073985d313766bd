"""Fields of forms, with label, help and errors."""

from __future__ import annotations

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString, mark_safe

from ui.components import component
from ui.markup import markup
from ui.richtext import RichTextarea, words_of
from ui.sending_again import sent_words
from ui.submitting import TOKEN, new_token, sent_token

register = template.Library()
register.simple_tag(sent_words)


def widget_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.simple_tag
def form_field(field: BoundField, *, label: str = "", help: str = "", unit: str = "") -> SafeString:  # noqa: A002 - reads as the attribute it becomes
    """Label, control, help and errors of one field, tied together; keeps what was typed; any Django widget."""
    if field.is_hidden:
        return mark_safe(str(field))  # noqa: S308 - Django rendered it
    widget, ident = field.field.widget, field.auto_id
    is_rich = isinstance(widget, RichTextarea)
    help_text = help or field.help_text
    described = " ".join(
        part
        for part in (
            f"{ident}_helptext" if help_text else "",
            f"{ident}_error" if field.errors else "",
        )
        if part
    )
    classes = [
        widget_class(widget),
        widget.attrs.get("class", ""),
        "is-invalid" if field.errors else "",
    ]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if described:
        attrs["aria-describedby"] = described
    return component(
        "form_field",
        field=field,
        control=field.as_widget(attrs=attrs),
        label=label or field.label,
        help_text=help_text,
        unit=unit,
        count=len(words_of(str(field.value() or "")) if is_rich else str(field.value() or "")),
        count_to=widget.attrs.get("data-count-to"),
        is_rich=is_rich,
        is_checkbox=isinstance(widget, forms.CheckboxInput),
        is_group=field.use_fieldset,
    )


@register.simple_tag(takes_context=True)
def submission(context: template.Context) -> SafeString:
    """The hidden field that names one submission of a form which makes something (`ui.submitting`)."""
    token = sent_token(context["request"]) or new_token()
    return markup('<input type="hidden" name="{}" value="{}">', TOKEN, token)


@register.simple_tag
def form_errors(form: forms.BaseForm) -> SafeString:
    """The errors of the form as a whole, announced when they appear; of an edit also its version, and what to choose."""
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    return component(
        "form_errors",
        errors=[*form.non_field_errors(), *hidden],
        conflicts=getattr(form, "conflicts", ()),
        version=getattr(form, "version", ""),
    )
