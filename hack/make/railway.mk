.PHONY: railway
railway: ## compile deploy/railway/.railway/railway.ts and check the services that it declares
	deploy/railway/check.sh
