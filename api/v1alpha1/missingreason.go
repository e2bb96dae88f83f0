package v1alpha1

// remedies has, for each reason, what a user can do about the missing type.
var remedies = map[MissingReason]string{
	MissingNotLinked:    "No link names such a document. If it exists, add its URL to spec.seeds with its type.",
	MissingRobots:       "robots.txt disallows the page. Ask the site owner to allow the crawler.",
	MissingAccessDenied: "The site denies access. Increase spec.crawl.delay, or ask the site owner to allow the crawler.",
	MissingUnreachable:  "The page could not be fetched. Check that its URL works in a browser; the next crawl tries again.",
	MissingBroken:       "The page of the document lost its text. If the document has a new URL, add that to spec.seeds with its type.",
	MissingUnsure:       "The result is uncertain. Open the URL; if it is the document, add it to spec.seeds with its type.",
	MissingOffSite:      "The link leads to another domain. If the document is the company's own, add its URL to spec.seeds with its type.",
	MissingNotFound:     "The linked page does not exist. If the document has another URL, add that to spec.seeds with its type.",
	MissingNotDocument:  "The linked page is not a document of this type. If it is, add its URL to spec.seeds with its type.",
	MissingFileType:     "The linked file has a format that is not read. If the document exists as a page or a PDF file, add that URL to spec.seeds with its type.",
	MissingBadEncoding:  "The response could not be decoded. Report the URL to the site owner.",
	MissingNeedsBrowser: "Scripts build the page. Set spec.crawl.render to Auto, and configure a browser.",
	MissingExcluded:     "spec.paths excludes the page. Allow its path.",
	MissingLimit:        "The crawl reached a limit before. Increase spec.crawl.maxPages, spec.crawl.maxDepth or spec.crawl.timeLimit.",
}

// Remedy returns a sentence that says what a user can do about a missing type. It is empty for
// an unknown reason.
func (r MissingReason) Remedy() string { return remedies[r] }
