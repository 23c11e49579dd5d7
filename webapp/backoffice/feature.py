"""The back office: staff pages, one module for each feature it shows. Owns no table."""

from webapp.feature import Feature, Late

backoffice = Feature("backoffice", pages=Late("webapp.backoffice.pages:pages", under=("/admin",)))
