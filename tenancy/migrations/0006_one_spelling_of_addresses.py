from django.db import migrations

from tenancy.addresses import one_spelling


def respell(apps, schema_editor):
    """Bring people's addresses to their one spelling: who signs in is looked up by it.

    Where two people have one address in two spellings, the second keeps theirs: which of them it belongs to, only ops can tell.
    """
    for model in (apps.get_model('tenancy', 'User'), apps.get_model('account', 'EmailAddress')):
        for key, email in model.objects.order_by('pk').values_list('pk', 'email').iterator():
            kept = one_spelling(email)
            if kept != email and not model.objects.filter(email=kept).exists():
                model.objects.filter(pk=key).update(email=kept)


class Migration(migrations.Migration):

    dependencies = [
        ('account', '0009_emailaddress_unique_primary_email'),
        ('tenancy', '0005_sender_of_an_organization_s_mail'),
    ]

    operations = [migrations.RunPython(respell, migrations.RunPython.noop)]
