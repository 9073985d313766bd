"""Shapes of what staff enter about influencers, by subject."""

from crm.forms.accounts import PLAIN, AddAccountForm, AskForm
from crm.forms.details import DeleteForm, DetailsForm
from crm.forms.discovery import RankingForm, SearchForm
from crm.forms.imports import ImportForm, PasteForm, ReadingForm, RowForm, WorkbookReadingForm
from crm.forms.mailings import MailingForm, MailTemplateForm
from crm.forms.records import ContractForm, FileForm, NoteForm, TaskForm
from crm.forms.settings import FieldForm, ListForm, MergeTagForm, TagForm

__all__ = [
    "PLAIN",
    "AddAccountForm",
    "AskForm",
    "ContractForm",
    "DeleteForm",
    "DetailsForm",
    "FieldForm",
    "FileForm",
    "ImportForm",
    "ListForm",
    "MailTemplateForm",
    "MailingForm",
    "MergeTagForm",
    "NoteForm",
    "PasteForm",
    "RankingForm",
    "ReadingForm",
    "RowForm",
    "SearchForm",
    "TagForm",
    "TaskForm",
    "WorkbookReadingForm",
]
