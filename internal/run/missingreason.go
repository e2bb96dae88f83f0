package run

import (
	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document/doctype"
)

// topicTypes maps each topic of a link to the document types that it promises.
var topicTypes = map[string][]string{
	"privacy": {doctype.PrivacyPolicy}, "terms": {doctype.TermsOfService, doctype.ConditionsSale, doctype.Commercial},
	"cookies": {doctype.CookiePolicy}, "dpa": {doctype.DPA}, "subprocessors": {doctype.Subprocessors},
	"acceptable-use": {doctype.AcceptableUse}, "community": {doctype.Community}, "copyright": {doctype.Copyright},
	"imprint": {doctype.Imprint}, "security": {doctype.Security}, "sla": {doctype.SLA}, "children": {doctype.Children},
	"regional": {doctype.RegionalPrivacy}, "accessibility": {doctype.Accessibility}, "developer": {doctype.Developer},
	"commercial": {doctype.Commercial, doctype.Sellers, doctype.Advertising, doctype.Monetisation},
	"refund":     {doctype.Refund, doctype.ConditionsSale}, "eula": {doctype.EULA}, "law-enforcement": {doctype.LawEnforcement},
	"brand": {doctype.Brand}, "ai": {doctype.AITerms},
	"p2b": {doctype.P2B, doctype.Ranking, doctype.Complaints, doctype.HumanRights},
}

// hubTopic is the topic of pages that link to documents of any type.
const hubTopic = "legal"

// missingReasons maps skip reasons to reasons why a type is missing. The other skip reasons
// say nothing about documents.
var missingReasons = map[crawl.SkipReason]v1alpha1.MissingReason{
	crawl.SkipRobots:            v1alpha1.MissingRobots,
	crawl.SkipAccessDenied:      v1alpha1.MissingAccessDenied,
	crawl.SkipRateLimited:       v1alpha1.MissingAccessDenied,
	crawl.SkipRobotsUnreachable: v1alpha1.MissingUnreachable,
	crawl.SkipRetryLater:        v1alpha1.MissingUnreachable,
	crawl.SkipHostBusy:          v1alpha1.MissingUnreachable,
	crawl.SkipHostDown:          v1alpha1.MissingUnreachable,
	crawl.SkipServerError:       v1alpha1.MissingUnreachable,
	crawl.SkipClientError:       v1alpha1.MissingUnreachable,
	crawl.SkipTimeout:           v1alpha1.MissingUnreachable,
	crawl.SkipConnect:           v1alpha1.MissingUnreachable,
	crawl.SkipTLS:               v1alpha1.MissingUnreachable,
	crawl.SkipDNS:               v1alpha1.MissingUnreachable,
	crawl.SkipBadResponse:       v1alpha1.MissingUnreachable,
	crawl.SkipFetchFailed:       v1alpha1.MissingUnreachable,
	crawl.SkipTooLarge:          v1alpha1.MissingUnreachable,
	crawl.SkipBlockedAddress:    v1alpha1.MissingUnreachable,
	crawl.SkipRedirectLoop:      v1alpha1.MissingUnreachable,
	crawl.SkipTooManyRedirects:  v1alpha1.MissingUnreachable,
	crawl.SkipBadRedirect:       v1alpha1.MissingUnreachable,
	crawl.SkipOffSite:           v1alpha1.MissingOffSite,
	crawl.SkipBadEncoding:       v1alpha1.MissingBadEncoding,
	crawl.SkipContentType:       v1alpha1.MissingFileType,
	crawl.SkipFileType:          v1alpha1.MissingFileType,
	crawl.SkipDeniedPath:        v1alpha1.MissingExcluded,
	crawl.SkipNeedsBrowser:      v1alpha1.MissingNeedsBrowser,
	crawl.SkipNotFound:          v1alpha1.MissingNotFound,
	crawl.SkipOtherType:         v1alpha1.MissingNotDocument,
	crawl.SkipSoftError:         v1alpha1.MissingNotDocument,
	crawl.SkipUnreadable:        v1alpha1.MissingUnsure,
	crawl.SkipNotRendered:       v1alpha1.MissingUnsure,
	crawl.SkipInternal:          v1alpha1.MissingUnsure,
	crawl.SkipDepth:             v1alpha1.MissingLimit,
	crawl.SkipQueueFull:         v1alpha1.MissingLimit,
	crawl.SkipTooManyLinks:      v1alpha1.MissingLimit,
	crawl.SkipTooManyHosts:      v1alpha1.MissingLimit,
	crawl.SkipHostPages:         v1alpha1.MissingLimit,
	crawl.SkipQueryVariants:     v1alpha1.MissingLimit,
	crawl.SkipPathDepth:         v1alpha1.MissingLimit,
	crawl.SkipNearDuplicate:     v1alpha1.MissingLimit,
	crawl.SkipConverged:         v1alpha1.MissingUnsure,
	crawl.SkipPageLimit:         v1alpha1.MissingLimit,
	crawl.SkipTimeLimit:         v1alpha1.MissingLimit,
}

// explanatoryPower ranks the reasons by how well they explain why a type is missing: a page
// that could not be fetched explains more than one that does not exist, and that one more than
// a page whose content did not match.
func explanatoryPower(r v1alpha1.MissingReason) int {
	switch r {
	case v1alpha1.MissingUnsure, v1alpha1.MissingNotDocument, v1alpha1.MissingLimit:
		return 0
	case v1alpha1.MissingNotFound:
		return 1
	default:
		return 2
	}
}

// missingReasonOf returns why a type is missing for which no URL is known, by how the crawl
// ended.
func missingReasonOf(stop crawl.StopReason) v1alpha1.MissingReason {
	switch stop {
	case crawl.StopRobotsDisallowed:
		return v1alpha1.MissingRobots
	case crawl.StopAccessDenied:
		return v1alpha1.MissingAccessDenied
	case crawl.StopSiteUnreachable:
		return v1alpha1.MissingUnreachable
	case crawl.StopPageLimit, crawl.StopTimeLimit, crawl.StopInterrupted, crawl.StopRequested:
		return v1alpha1.MissingLimit // the crawl did not reach every page
	default:
		return v1alpha1.MissingNotLinked
	}
}
