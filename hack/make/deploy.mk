# Installation by kustomize and kubectl, in the cluster of the current kubeconfig.
IMG ?= clausea:dev
NAMESPACE ?= clausea
WITH ?= api
KUBECTL ?= kubectl

.PHONY: install
install: ## install the custom resource definitions in the current cluster
	hack/deploy/manifests.sh definitions "$(IMG)" "$(NAMESPACE)" | $(KUBECTL) apply --server-side -f -

.PHONY: deploy
deploy: ## deploy IMG in NAMESPACE, WITH="api dashboard"; creates no Secrets
	hack/deploy/manifests.sh all "$(IMG)" "$(NAMESPACE)" $(WITH) | $(KUBECTL) apply --server-side -f -

.PHONY: undeploy
undeploy: ## remove what deploy has installed, except definitions, Companies, Secrets and namespace
	hack/deploy/manifests.sh deployment "$(IMG)" "$(NAMESPACE)" api dashboard | $(KUBECTL) delete --ignore-not-found -f -
