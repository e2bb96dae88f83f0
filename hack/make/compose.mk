.PHONY: e2e-compose
e2e-compose: ## test deploy/compose with a Docker Engine that it starts; needs root and Debian 12
	hack/composetest/run.sh
