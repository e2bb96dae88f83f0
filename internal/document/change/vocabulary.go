package change

// Word sets for the classification of hunks. All words are folded.
var (
	// monthNames are names and abbreviations of months.
	monthNames = wordSet(`january february march april may june july august september october november december
		jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember jänner feber okt dez
		janvier février mars avril juin juillet août septembre octobre novembre décembre
		enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
		gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
		janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
		januari februari maart mei augustus 年 月 日`)
	// dateWords are other words in dates.
	dateWords = wordSet(`of the de del d' le la el il den der vom am st nd rd th er 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th
		15th 16th 17th 18th 19th 20th 21st 22nd 23rd 24th 25th 26th 27th 28th 29th 30th 31st 1er
		monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag
		lundi mardi mercredi jeudi vendredi samedi dimanche`)
	// timeUnits are units of periods of time.
	timeUnits = wordSet(`second seconds minute minutes hour hours day days week weeks month months year years quarter calendar business working
		sekunde sekunden minuten stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren werktage werktagen
		heure heures jour jours semaine semaines mois an ans année années ouvrés ouvrables
		hora horas día días semana semanas mes meses año años hábiles naturales
		ora ore giorno giorni settimana settimane mese mesi anno anni lavorativi
		dia dias mês ano anos úteis uur uren dag dagen weken maand maanden jaar werkdagen`)
	// moneyWords are currencies and words for percentages.
	moneyWords = wordSet(`euro euros dollar dollars pound pounds usd eur gbp chf cent cents percent prozent pourcent pourcentage porcentaje percentuale procent
		franken francs reais pesos`)
	// numberWords are spelled-out numbers. They count as numbers and are never typos.
	numberWords = wordSet(`one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen eighteen twenty thirty forty
		fifty sixty seventy eighty ninety hundred thousand million third thirtieth
		ein eine einen zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn achtzehn zwanzig dreißig neunzig hundert
		un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente soixante cent
		uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte treinta sesenta noventa cien
		due tre quattro cinque sei sette otto nove dieci dodici quindici venti trenta sessanta novanta cento
		um uma dois três quatro sete oito dez doze quinze vinte trinta sessenta noventa cem
		een één twee drie vier vijf zes zeven acht negen tien twaalf veertien vijftien twintig dertig zestig negentig honderd`)
	// meaningBearingWords are negations, modal verbs and quantifiers. A change of such a
	// word, even by one letter, is never a typo.
	meaningBearingWords = wordSet(`not no nor never may must shall will should can cannot without unless except only all any none
		nicht kein keine keinen keiner nie darf dürfen muss müssen kann können soll sollen ohne nur alle
		ne pas non jamais sans peut doit devons pouvons sauf seulement tous aucun aucune
		no nunca sin puede debe podemos debemos solo todos ningún ninguna
		non mai senza può deve possiamo dobbiamo solo tutti nessun nessuna
		não nunca sem pode deve podemos devemos só todos nenhum nenhuma
		niet geen nooit zonder mag moet kan mogen moeten kunnen alleen alle`)
)
