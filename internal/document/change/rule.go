package change

// Rule names why an edit does not count as a change.
type Rule string

// The rules of edits in the text.
const (
	RuleFormatting    Rule = "formatting"     // case, punctuation and symbols without a meaning of their own
	RuleNumberFormat  Rule = "number_format"  // the same number in another format
	RuleWordDivision  Rule = "word_division"  // the same letters divided differently
	RuleEmailNotation Rule = "email_notation" // an e-mail address and its obfuscated form
	RuleItemNumber    Rule = "item_number"    // the number or the bullet of a list item
	RuleOrder         Rule = "order"          // a block that moved without a change of its meaning
	RuleRandomID      Rule = "random_id"      // an identifier that a site generates anew for each request
	RuleCopyrightYear Rule = "copyright_year" // the years of a copyright notice
	RuleVolatile      Rule = "volatile"       // a counter, a language picker, or the time of the request
	RuleStruckOut     Rule = "struck_out"     // text that is struck out, and so no longer applies
	RulePageControl   Rule = "page_control"   // the label of a control, such as "back to top"
	RuleIgnoredText   Rule = "ignored_text"   // text that a person chose to ignore
)

// The rules of edits in the text or in a part of the page that is not part of it.
const (
	RuleConsentBanner   Rule = "consent_banner"   // a consent banner or dialog
	RuleMenu            Rule = "menu"             // a menu before or after the text
	RuleScreenReader    Rule = "screen_reader"    // text for screen readers only
	RuleSiteBoilerplate Rule = "site_boilerplate" // the site's menus, header and footer
	RuleAside           Rule = "aside"            // other text next to the document
	RuleForm            Rule = "form"             // a form and its labels
	RuleControl         Rule = "control"          // a button or the options of a field
	RuleHidden          Rule = "hidden"           // hidden until the reader interacts with the page, or for good
	RuleDuplicate       Rule = "duplicate"        // a copy for another screen width
	RuleOtherDocument   Rule = "other_document"   // another document on the same page
	RuleTemplate        Rule = "template"         // a client-side template without its values
	RuleShell           Rule = "shell"            // text of a page whose document is in its scripts or templates
)

// Rules lists all rules.
var Rules = []Rule{
	RuleFormatting, RuleNumberFormat, RuleWordDivision, RuleEmailNotation, RuleItemNumber, RuleOrder, RuleRandomID, RuleCopyrightYear, RuleVolatile, RuleStruckOut, RulePageControl, RuleIgnoredText,
	RuleConsentBanner, RuleMenu, RuleScreenReader, RuleSiteBoilerplate, RuleAside, RuleForm, RuleControl, RuleHidden, RuleDuplicate, RuleOtherDocument, RuleTemplate, RuleShell,
}
