package subprocessor

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// role is the meaning of a column or of a labeled line.
type role int

const (
	roleNone role = iota
	roleName
	rolePurpose
	roleLocation
)

// roleStems contains the stems of the words in column headers and labels: in English, German,
// French, Spanish, Italian, Portuguese and Dutch. "$" marks the end of a word, "_" a space.
var roleStems = map[role]string{
	roleLocation: `location countr region place$ territor jurisdiction where hosting_location data_cent seat$ headquarter incorporated
		standort land$ länder sitz$ staat$ verarbeitungsort ort$ lieu localisation pays emplacement région siège
		ubicaci país países lugar localizaci regi sede luogo ubicazione paese paesi località localizaç local$ locatie land$ landen plaats vestiging`,
	rolePurpose: `purpose service$ services$ description descriptive function processing activit use$ nature role$ reason task subject scope
		zweck leistung tätigkeit beschreibung dienst$ dienste verarbeitung aufgabe gegenstand funktion
		finalité objet description activité fonction traitement but$ nature
		finalidad servicio descripci actividad función propósito objeto tratamiento
		finalità servizi descrizione attività funzione scopo trattament
		serviço descriç atividade função objetivo doel omschrijving beschrijving activiteit functie dienst verwerking`,
	roleName: `name subprocess sub_process entit compan vendor provider third_part processor supplier organi legal_entity partner service_provider contractor importer recipient
		unterauftrag subunternehm unternehmen firma anbieter dienstleister auftrag auftragsverarbeiter
		nom$ sous_traitant société entité prestataire fournisseur raison_sociale organisme
		nombre subencargado sub_encargado encargado empresa entidad proveedor
		nome sub_responsabil subresponsabil responsabile società fornitore azienda
		subcontratante sub_contratante suboperador sub_operador subprocessador entidade fornecedor
		naam subverwerker sub_verwerker verwerker bedrijf onderneming leverancier entiteit`,
}

// postalAddressStems match the header of a column with postal addresses. Such a column is the
// location if the table has no other column for it.
var postalAddressStems = parseStems(`address adres anschrift adresse direcci indirizzo endereço morada`)

// namePhrases take precedence over the stems of other roles that they contain.
var namePhrases = parseStems(`service_provider service_providers processing_entity processor_name contracting_entity company_name legal_name name_of name$ nom_d nombre_d nome_d naam name_des name_der`)

var stemsByRole = map[role]*stemSet{roleName: parseStems(roleStems[roleName]), rolePurpose: parseStems(roleStems[rolePurpose]), roleLocation: parseStems(roleStems[roleLocation])}

// stemSet holds stems by their first byte.
type stemSet [256][]string

func parseStems(s string) *stemSet {
	var set stemSet
	for w := range strings.FieldsSeq(s) {
		stem := strings.ReplaceAll(strings.ReplaceAll(w, "_", " "), "$", " ")
		set[stem[0]] = append(set[stem[0]], stem)
	}
	return &set
}

// maxHeaderWords is the maximum number of words in a column header.
const maxHeaderWords = 9

// roleOf returns the role of a column header or label.
func roleOf(head string) role {
	fold := string(tokenize.Fold(nil, head)) + " "
	if n := strings.Count(fold, " ") - 1; n == 0 || n > maxHeaderWords {
		return roleNone
	}
	switch {
	case stemsByRole[roleLocation].matches(fold):
		return roleLocation
	case namePhrases.matches(fold):
		return roleName
	case stemsByRole[rolePurpose].matches(fold):
		return rolePurpose
	case stemsByRole[roleName].matches(fold):
		return roleName
	}
	return roleNone
}

func isPostalAddress(head string) bool {
	return postalAddressStems.matches(string(tokenize.Fold(nil, head)) + " ")
}

// matches reports whether a word of folded text begins with a stem. Each word follows a space.
func (set *stemSet) matches(fold string) bool {
	for i := 0; i+1 < len(fold); i++ {
		if fold[i] != ' ' {
			continue
		}
		word := fold[i+1:]
		for _, stem := range set[word[0]] {
			if strings.HasPrefix(word, stem) {
				return true
			}
		}
	}
	return false
}
