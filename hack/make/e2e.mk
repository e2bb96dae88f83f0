# End-to-end tests on a Kubernetes node; docs/e2e.md describes them.

.PHONY: e2e-helm
e2e-helm: ## test the chart with Helm 3 and 4 on a Kubernetes node that the machine becomes; needs root
	hack/e2e/run.sh '^TestHelm'

.PHONY: e2e-ci
e2e-ci: ## the short part of e2e-helm: install, crawl, upgrade, uninstall; says so if the machine cannot run it
	E2E_OPTIONAL=1 hack/e2e/run.sh '^TestShort$$'
