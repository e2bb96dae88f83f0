package content

// attrKey identifies an attribute that the extractor uses. The tree builder discards all
// other attributes.
type attrKey uint8

const (
	noAttr attrKey = iota
	attrID
	attrClass
	attrRole
	attrHref
	attrSrc
	attrAlt
	attrLang
	attrStyle
	attrHidden
	attrAriaHidden
	attrAriaLevel
	attrAriaExpanded
	attrAriaControls
	attrStart
	attrType
	attrValue
	attrReversed
	attrColspan
	attrRowspan
	attrName
	attrContent
	attrHTTPEquiv
	attrProperty
	attrShadowRootMode
	attrSlot
	attrCFEmail
	attrDatetime
	attrItemprop
	attrAriaLabel
	attrTitle
	attrChecked
)

// attrKeyOf returns the key of an attribute name in lower case, or noAttr. Switches are
// faster than a map, and the tree builder looks up every attribute of a page.
func attrKeyOf(name string) attrKey {
	if len(name) <= maxShortName {
		return shortAttrKeyOf(name)
	}
	return longAttrKeyOf(name)
}

// maxShortName is the length of the longest name that shortAttrKeyOf knows, in bytes.
const maxShortName = len("style")

func shortAttrKeyOf(name string) attrKey {
	switch name {
	case "id":
		return attrID
	case "class":
		return attrClass
	case "role":
		return attrRole
	case "href":
		return attrHref
	case "src":
		return attrSrc
	case "alt":
		return attrAlt
	case "lang":
		return attrLang
	case "style":
		return attrStyle
	case "start":
		return attrStart
	case "type":
		return attrType
	case "value":
		return attrValue
	case "name":
		return attrName
	case "slot":
		return attrSlot
	case "title":
		return attrTitle
	}
	return noAttr
}

func longAttrKeyOf(name string) attrKey {
	switch name {
	case "hidden":
		return attrHidden
	case "aria-hidden":
		return attrAriaHidden
	case "aria-level":
		return attrAriaLevel
	case "aria-expanded":
		return attrAriaExpanded
	case "aria-controls":
		return attrAriaControls
	case "reversed":
		return attrReversed
	case "colspan":
		return attrColspan
	case "rowspan":
		return attrRowspan
	case "content":
		return attrContent
	case "http-equiv":
		return attrHTTPEquiv
	case "property":
		return attrProperty
	case "shadowrootmode", "shadowroot":
		return attrShadowRootMode
	case "data-cfemail":
		return attrCFEmail
	case "datetime":
		return attrDatetime
	case "itemprop":
		return attrItemprop
	case "aria-label":
		return attrAriaLabel
	case "checked":
		return attrChecked
	}
	return noAttr
}
