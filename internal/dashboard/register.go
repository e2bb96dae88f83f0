package dashboard

// registerPages registers all pages.
func registerPages(s *Server) {
	registerSignIn(s)
	registerOIDC(s)
	registerReview(s)
	registerDocuments(s)
	registerDocument(s)
	registerCompanies(s)
	registerCrawls(s)
	registerCrawl(s)
	registerSearch(s)
	registerWebhooks(s)
	registerKeys(s)
	registerSystem(s)
	registerIncidents(s)
	registerSchedule(s)
	registerChange(s)
	registerIgnore(s)
	registerCompanyNew(s)
	registerCompany(s)
	registerCompanyEdit(s)
	registerDeadlines(s)
}
