package mcp

// tool is a tool of the protocol and the operation of the API behind it.
type tool struct {
	name, operation string
	// description tells a model when to use the tool.
	description string
	// accept is the media type to ask for. It is application/json if it is empty.
	accept string
	// startsCrawl marks the tool that causes requests to other sites.
	startsCrawl bool
}

// tools are the tools in the order in which clients list them.
var tools = []tool{
	{name: "list_companies", operation: "listCompanies", description: "Lists the companies whose legal documents are kept, with their state. Search by a part of a name or a domain with q."},
	{name: "get_company", operation: "getCompany", description: "Reads a company: its domains, schedule, state, last crawl and next crawl."},
	{name: "get_coverage", operation: "getCoverage", description: "Says which expected types of document a company has, and why others are missing."},
	{name: "list_documents", operation: "listDocuments", description: "Lists legal documents with their IDs, types, URLs and dates. Filter by companies, types, languages and states."},
	{name: "get_document", operation: "getDocument", description: "Reads what is known about a document: where it was found, its dates, its state, when it was last checked."},
	{name: "read_document", operation: "getDocument", accept: "text/markdown", description: "Reads the current text of a document as Markdown."},
	{name: "list_versions", operation: "listVersions", description: "Lists the versions of a document, newest first."},
	{name: "read_version", operation: "getVersion", accept: "text/markdown", description: "Reads the text of a version of a document as Markdown. The version is a number, latest or previous."},
	{name: "compare_versions", operation: "diffVersions", accept: "text/x-diff", description: "Compares two versions of a document as a unified diff. By default the previous and the latest one."},
	{name: "list_changes", operation: "listChanges", description: "Lists what happened to documents, newest first: created, changed, moved, removed. A silent change did not update the document's own date."},
	{name: "get_change", operation: "getChange", description: "Reads a change with its summary and review."},
	{name: "search_documents", operation: "searchDocuments", description: "Searches the current texts of all documents for words and \"quoted phrases\", with excerpts."},
	{name: "list_types", operation: "listTypes", description: "Lists the types of legal document with their names."},
	{name: "list_crawls", operation: "listCrawls", description: "Lists crawls, newest first, with their state and result."},
	{name: "get_crawl", operation: "getCrawl", description: "Reads a crawl: its state, progress, result and coverage."},
	{name: "start_crawl", operation: "startCrawl", startsCrawl: true, description: "Starts a crawl of a company, which requests pages of its sites. Follow it with get_crawl."},
}
