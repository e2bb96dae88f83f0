package content

// minDialogWords is the minimum length of a document in a dialog. A shorter one is a notice. It
// was chosen by hand.
const minDialogWords = 120

// isDialogDocument reports whether a dialog holds the document of its page: most of the page's
// words, in sections with headings. Small sites keep their terms in a dialog of their only page.
func isDialogDocument(n *node, hints nameHints, pageWords int32) bool {
	return hints&(hintConsent|hintConsentTool) == 0 && n.words >= minDialogWords && n.words*2 > pageWords &&
		n.headings >= 2 && n.fields <= 1 && n.linkShare() < 0.2
}
