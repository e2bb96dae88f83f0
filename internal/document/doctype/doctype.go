// Package doctype defines the document types and their names in Open Terms Archive.
package doctype

import (
	"maps"
	"slices"
)

// The document types. Other is the type of a page that is not a legal document.
const (
	PrivacyPolicy   = "privacy_policy"
	TermsOfService  = "terms_of_service"
	CookiePolicy    = "cookie_policy"
	DPA             = "data_processing_agreement"
	Subprocessors   = "subprocessors"
	AcceptableUse   = "acceptable_use_policy"
	Community       = "community_guidelines"
	Copyright       = "copyright_policy"
	Children        = "children_privacy"
	RegionalPrivacy = "regional_privacy_notice"
	Security        = "security_policy"
	SLA             = "service_level_agreement"
	Developer       = "developer_terms"
	Commercial      = "commercial_terms"
	ConditionsSale  = "conditions_of_sale"
	Refund          = "refund_policy"
	EULA            = "eula"
	AITerms         = "ai_terms"
	Imprint         = "imprint"
	Accessibility   = "accessibility_statement"
	Advertising     = "advertising_policy"
	Monetisation    = "monetisation_policy"
	Sellers         = "marketplace_sellers_conditions"
	P2B             = "platform_to_business_notice"
	Ranking         = "ranking_parameters"
	Carriage        = "conditions_of_carriage"
	LawEnforcement  = "law_enforcement_guidelines"
	Brand           = "brand_guidelines"
	Complaints      = "complaints_policy"
	HumanRights     = "human_rights_policy"
	OtherLegal      = "other_legal"
	Other           = "other"
)

// OTAName maps each type to its name in Open Terms Archive, or to the closest one.
var OTAName = map[string]string{
	PrivacyPolicy: "Privacy Policy", TermsOfService: "Terms of Service", CookiePolicy: "Trackers Policy",
	DPA: "Data Processor Agreement", Subprocessors: "Subprocessors", AcceptableUse: "Acceptable Use Policy",
	Community: "Community Guidelines", Copyright: "Copyright Claims Policy", Children: "Children Privacy Policy",
	RegionalPrivacy: "Regional Privacy Notice", Security: "Vulnerability Disclosure Policy", SLA: "Service Level Agreement",
	Developer: "Developer Terms", Commercial: "Commercial Terms", ConditionsSale: "General Conditions of Sale",
	Refund: "Refund Policy", EULA: "End User License Agreement", AITerms: "AI Terms", Imprint: "Imprint",
	Accessibility: "Accessibility Statement", Advertising: "Ad Policy", Monetisation: "Content Monetisation Policy",
	Sellers: "Marketplace Sellers Conditions", P2B: "Platform to Business Notice", Ranking: "Ranking Parameters Description",
	Carriage: "Conditions of Carriage", LawEnforcement: "Law Enforcement Guidelines", Brand: "Brand Guidelines",
	Complaints: "Complaints Policy", HumanRights: "Human Rights Policy", OtherLegal: "Other Legal Document",
}

// Legal returns the types of legal documents, sorted: all types but Other.
func Legal() []string { return slices.Sorted(maps.Keys(OTAName)) }

// IsKnown reports whether t is a document type or Other.
func IsKnown(t string) bool {
	_, ok := OTAName[t]
	return ok || t == Other
}
