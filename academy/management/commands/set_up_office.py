"""Give the group "Office" its rights, as docs/deploy has it after every `migrate`."""

from django.core.management.base import BaseCommand

from academy.rights import set_up_office


class Command(BaseCommand):
    help = "Make the group Office, or give it the rights of this version."

    def handle(self, *args, **options):
        group = set_up_office()
        self.stdout.write(f"{group.name}: {group.permissions.count()} permissions")
