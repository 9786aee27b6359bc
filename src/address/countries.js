// See country.rs.
// From Google's Address Data Service (CC BY 4.0, libaddressinput of 2025-06-09) and CLDR 48.
export const countries = () => String.raw`
AF|AFG|Afghanistan||A/C/z||||####|1001
AX|ALA|Åland Islands|Aland|A/Z C||||#####|22150
AL|ALB|Albania||A/z/C||||####|1001
DZ|DZA|Algeria||A/z C||||#####|40304
AS|ASM|American Samoa||A/C Z|||ZIP code|##### #########|96799
AD|AND|Andorra||A/z C||||###|AD100
AO|AGO|Angola||A/C|||||
AI|AIA|Anguilla||A/C/z||||####|2640
AQ|ATA|Antarctica||A/C|||||
AG|ATG|Antigua & Barbuda|Antigua and Barbuda|A/c|||||
AR|ARG|Argentina||A/z C/s||||#### @#### @####@@@|C1070AAM
AM|ARM|Armenia||A/z/C/s||||#### ######|0010
AW|ABW|Aruba||A/C|||||
AU|AUS|Australia||A/C S Z|suburb|state|postcode|####|2060
AT|AUT|Austria|Österreich|A/Z C||||####|1010
AZ|AZE|Azerbaijan||A/z C||||####|1000
BS|BHS|Bahamas|The Bahamas|A/C, s||island|||
BH|BHR|Bahrain||A/C z||||### ####|317
BD|BGD|Bangladesh||A/C - z||||####|1340
BB|BRB|Barbados||A/C, s z||parish||#####|BB23026
BY|BLR|Belarus||A/z, C/s||region||######|223016
BE|BEL|Belgium||A/Z C||||####|4000
BZ|BLZ|Belize||A/C|||||
BJ|BEN|Benin||A/C|||||
BM|BMU|Bermuda||A/C z||||@@## @@@@ @@**|FL 07
BT|BTN|Bhutan||A/C z||||#####|11001
BO|BOL|Bolivia||A/C|||||
BA|BIH|Bosnia & Herzegovina|Bosnia,Bosnia and Herzegovina|A/z C||||#####|71000
BW|BWA|Botswana||A/C|||||
BV|BVT|Bouvet Island||A/C|||||
BR|BRA|Brazil|Brasil|A/C-S/Z||state||########|40301-110
IO|IOT|British Indian Ocean Territory||A/C/Z||||BBND1ZZ|BBND 1ZZ
VG|VGB|British Virgin Islands||A/c/z||||####|VG1110
BN|BRN|Brunei|Brunei Darussalam|A/C z||||@@####|BT2328
BG|BGR|Bulgaria||A/z C||||####|1000
BF|BFA|Burkina Faso||A/C|||||
BI|BDI|Burundi||A/C|||||
KH|KHM|Cambodia||A/C z||||##### ######|120101
CM|CMR|Cameroon||A/C|||||
CA|CAN|Canada||A/C S Z||||@#@#@#|H3Z 2Y7
CV|CPV|Cape Verde|Cabo Verde|A/z C/s||island||####|7600
BQ|BES|Caribbean Netherlands||A/C|||||
KY|CYM|Cayman Islands||A/S z||island||#####|KY1-1100
CF|CAF|Central African Republic||A/C|||||
TD|TCD|Chad||A/C|||||
CL|CHL|Chile||A/z C/s||region||#######|8340457
CN|CHN|China|People's Republic of China|A/C/S, Z||||######|266033
CX|CXR|Christmas Island||A/C z||||####|6798
CC|CCK|Cocos (Keeling) Islands||A/C z||||####|6799
CO|COL|Colombia||A/c, S, z||department||######|111221
KM|COM|Comoros||A/C|||||
CG|COG|Congo - Brazzaville|Congo|A/C|||||
CD|COD|Congo - Kinshasa|DR Congo,Zaire|A/C|||||
CK|COK|Cook Islands||A/C|||||
CR|CRI|Costa Rica||A/S, C/z||||##### #### #######|1000
CI|CIV|Côte d’Ivoire|Ivory Coast,Cote d'Ivoire|A/C|||||
HR|HRV|Croatia||A/z C||||#####|10000
CU|CUB|Cuba||A/C s/z||||#####|10700
CW|CUW|Curaçao|Curacao|A/C|||||
CY|CYP|Cyprus||A/z C||||####|2008
CZ|CZE|Czechia|Czech Republic|A/Z C||||#####|100 00
DK|DNK|Denmark||A/Z C||||####|8660
DJ|DJI|Djibouti||A/C|||||
DM|DMA|Dominica||A/C|||||
DO|DOM|Dominican Republic||A/z C||||#####|11903
EC|ECU|Ecuador||A/z/C||||######|090105
EG|EGY|Egypt||A/C/s/z||||##### #######|4460232
SV|SLV|El Salvador||A/z-C/S||||#### CP####|1101
GQ|GNQ|Equatorial Guinea||A/C|||||
ER|ERI|Eritrea||A/C|||||
EE|EST|Estonia||A/Z C s||county||#####|69501
SZ|SWZ|Eswatini|Swaziland|A/C/z||||@###|H100
ET|ETH|Ethiopia||A/z C||||####|1000
FK|FLK|Falkland Islands||A/C/Z||||FIQQ1ZZ|FIQQ 1ZZ
FO|FRO|Faroe Islands||A/z C||||###|100
FJ|FJI|Fiji||A/C|||||
FI|FIN|Finland||A/Z C||||#####|00550
FR|FRA|France||A/Z C||||#####|33380
GF|GUF|French Guiana||A/Z C||||#####|97300
PF|PYF|French Polynesia||A/Z C s||island||#####|98709
TF|ATF|French Southern Territories||A/C|||||
GA|GAB|Gabon||A/C|||||
GM|GMB|Gambia|The Gambia|A/C|||||
GE|GEO|Georgia||A/z C||||####|0101
DE|DEU|Germany|Deutschland|A/Z C||||#####|26133
GH|GHA|Ghana||A/C|||||
GI|GIB|Gibraltar||A/z||||GX111AA|GX11 1AA
GR|GRC|Greece|EL|A/Z C||||#####|151 24
GL|GRL|Greenland||A/Z C||||####|3900
GD|GRD|Grenada||A/C|||||
GP|GLP|Guadeloupe||A/Z C||||#####|97100
GU|GUM|Guam||A/C Z|||ZIP code|##### #########|96910
GT|GTM|Guatemala||A/z-C||||#####|09001
GG|GGY|Guernsey||A/C/Z|||postcode|GY##@@ GY###@@|GY1 1AA
GN|GIN|Guinea||A/z C||||###|001
GW|GNB|Guinea-Bissau||A/z C||||####|1000
GY|GUY|Guyana||A/C|||||
HT|HTI|Haiti||A/z C||||####|6120
HM|HMD|Heard & McDonald Islands||A/C z||||####|7050
HN|HND|Honduras||A/C, S/z||department||#####|31301
HK|HKG|Hong Kong|Hong Kong SAR|A/c/S|district|area|||
HU|HUN|Hungary||C/A/Z||||####|1037
IS|ISL|Iceland||A/z C||||###|320
IN|IND|India||A/C Z/S||state|PIN code|######|110034
ID|IDN|Indonesia||A/c/S z||||#####|40115
IR|IRN|Iran|Iran (Islamic Republic of)|s/C/A/z||||##########|11936-12345
IQ|IRQ|Iraq||A/C, S/z||||#####|31001
IE|IRL|Ireland|Eire,Éire,Republic of Ireland|A/C/s/z||county|Eircode|@##**** D6W****|A65 F4E2
IM|IMN|Isle of Man||A/C/Z|||postcode|IM##@@ IM###@@|IM2 1AA
IL|ISR|Israel||A/C z||||##### #######|9614303
IT|ITA|Italy|Italia|A/Z C s||||#####|00144
JM|JAM|Jamaica||A/C/S||parish|||
JP|JPN|Japan||A/c, S/Z||prefecture||#######|154-0023
JE|JEY|Jersey||A/C/Z|||postcode|JE##@@ JE###@@|JE1 1AA
JO|JOR|Jordan||A/C z||||#####|11937
KZ|KAZ|Kazakhstan||A/z, C/s||||###### *******|040900
KE|KEN|Kenya||A/C/z||||#####|20100
KI|KIR|Kiribati||A/s/C||island|||
XK|XKX|Kosovo|XKS,RKS|A/z C||||#####|10000
KW|KWT|Kuwait||A/z C||||#####|54541
KG|KGZ|Kyrgyzstan||A/z C||||######|720001
LA|LAO|Laos||A/z C||||#####|01160
LV|LVA|Latvia||A/s/C, Z||municipality||####|LV-1073
LB|LBN|Lebanon||A/C z||||#### ########|2038 3054
LS|LSO|Lesotho||A/C z||||###|100
LR|LBR|Liberia||A/z C||||####|1000
LY|LBY|Libya||A/C|||||
LI|LIE|Liechtenstein||A/Z C||||#### FL####|9496
LT|LTU|Lithuania||A/Z C s||||#####|04340
LU|LUX|Luxembourg||A/Z C||||####|4750
MO|MAC|Macao|Macau|A|||||
MG|MDG|Madagascar||A/z C||||###|501
MW|MWI|Malawi||A/C|||||
MY|MYS|Malaysia||A/Z C/s||state||#####|43000
MV|MDV|Maldives||A/C z||||#####|20026
ML|MLI|Mali||A/C|||||
MT|MLT|Malta||A/C z||||@@@#### @@@### @@@##|NXR 01
MH|MHL|Marshall Islands||A/C S Z||state|ZIP code|##### #########|96960
MQ|MTQ|Martinique||A/Z C||||#####|97220
MR|MRT|Mauritania||A/C|||||
MU|MUS|Mauritius||A/z/C||||##### ###@@###|42602
YT|MYT|Mayotte||A/Z C||||#####|97600
MX|MEX|Mexico|México|A/Z C, S||state||#####|02860
FM|FSM|Micronesia||A/C S Z||state|ZIP code|##### #########|96941
MD|MDA|Moldova|Republic of Moldova|A/z C||||####|2012
MC|MCO|Monaco||A/Z c||||#####|98000
MN|MNG|Mongolia||A/C/s z||||##### ######|65030
ME|MNE|Montenegro||A/z C||||#####|81257
MS|MSR|Montserrat||A/C|||||
MA|MAR|Morocco||A/z C||||#####|53000
MZ|MOZ|Mozambique||A/z C s||||####|1102
MM|MMR|Myanmar (Burma)|Burma,Myanmar|A/C, z||||#####|11181
NA|NAM|Namibia||A/C/z||||#####|10001
NR|NRU|Nauru||A/S||district|||
NP|NPL|Nepal||A/C z||||#####|44601
NL|NLD|Netherlands|Holland,The Netherlands|A/Z C||||####@@|1234 AB
NC|NCL|New Caledonia||A/Z C||||#####|98814
NZ|NZL|New Zealand||A/C Z|||postcode|####|6001
NI|NIC|Nicaragua||A/z/C, s||department||#####|52000
NE|NER|Niger||A/z C||||####|8001
NG|NGA|Nigeria||A/C z/s||state||######|930283
NU|NIU|Niue||A/C|||||
NF|NFK|Norfolk Island||A/C z||||####|2899
KP|PRK|North Korea||A/C/s, z|||||
MK|MKD|North Macedonia|Macedonia|A/z C||||####|1314
MP|MNP|Northern Mariana Islands||A/C Z|||ZIP code|##### #########|96950
NO|NOR|Norway||A/Z C|post town|||####|0025
OM|OMN|Oman||A/z/C||||### PC###|133
PK|PAK|Pakistan||A/C-z||||#####|44000
PW|PLW|Palau||A/C S Z||state|ZIP code|##### #########|96940
PS|PSE|Palestinian Territories|Palestine|A/C|||||
PA|PAN|Panama||A/C/s|||||
PG|PNG|Papua New Guinea||A/C z S||||###|111
PY|PRY|Paraguay||A/z C||||####|1536
PE|PER|Peru||A/C z/s|district|||##### LIMA# LIMA## CALLAO# CALLAO##|15001
PH|PHL|Philippines|The Philippines|A/C/z s||||####|1008
PN|PCN|Pitcairn Islands||A/C/Z||||PCRN1ZZ|PCRN 1ZZ
PL|POL|Poland||A/Z C||||#####|00-950
PT|PRT|Portugal||A/Z C||||####### ####|2725-079
PR|PRI|Puerto Rico||A/C Z|||ZIP code|##### #########|00930
QA|QAT|Qatar||A/C|||||
RE|REU|Réunion|Reunion|A/Z C||||#####|97400
RO|ROU|Romania||A/Z s C||||######|060274
RU|RUS|Russia|Russian Federation|A/C/S/Z||oblast||######|247112
RW|RWA|Rwanda||A/C|||||
WS|WSM|Samoa||A/C|||||
SM|SMR|San Marino||A/Z c||||#####|47890
ST|STP|São Tomé & Príncipe||A/C|||||
SA|SAU|Saudi Arabia||A/C z||||##### #########|11564
SN|SEN|Senegal||A/z C||||#####|12500
RS|SRB|Serbia||A/z C||||##### ######|106314
SC|SYC|Seychelles||A/C/s||island|||
SL|SLE|Sierra Leone||A/C|||||
SG|SGP|Singapore||A/Z||||######|546080
SX|SXM|Sint Maarten||A/C|||||
SK|SVK|Slovakia||A/Z C||||#####|010 01
SI|SVN|Slovenia||A/z C||||####|4000
SB|SLB|Solomon Islands||A/C|||||
SO|SOM|Somalia||A/C, S z||||@@#####|JH 09010
ZA|ZAF|South Africa|RSA|A/C/Z||||####|0083
GS|SGS|South Georgia & South Sandwich Islands||A/C/Z||||SIQQ1ZZ|SIQQ 1ZZ
KR|KOR|South Korea|Korea,Republic of Korea|A/C/S/Z||province or city||#####|03051
SS|SSD|South Sudan||A/C|||||
ES|ESP|Spain|IC,EA,España|A/Z C s||||#####|28039
LK|LKA|Sri Lanka||A/C/z||||#####|20000
BL|BLM|St. Barthélemy|Saint Barthelemy|A/Z C||||#####|97100
SH|SHN|St. Helena|AC,TA|A/C/Z||||STHL1ZZ ASCN1ZZ TDCU1ZZ|STHL 1ZZ
KN|KNA|St. Kitts & Nevis|Saint Kitts and Nevis|A/C, S||island|||
LC|LCA|St. Lucia|Saint Lucia|A/C|||||
MF|MAF|St. Martin||A/Z C||||#####|97100
PM|SPM|St. Pierre & Miquelon||A/Z C||||#####|97500
VC|VCT|St. Vincent & Grenadines|Saint Vincent and the Grenadines|A/C z||||####|VC0100
SD|SDN|Sudan||A/C/z|district|||#####|11042
SR|SUR|Suriname||A/C/s|||||
SJ|SJM|Svalbard & Jan Mayen||A/Z C|post town|||####|9170
SE|SWE|Sweden||A/Z C|post town|||#####|113 56
CH|CHE|Switzerland|Schweiz,Suisse,Svizzera|A/Z C||||####|2544
SY|SYR|Syria|Syrian Arab Republic|A/C|district||||
TW|TWN|Taiwan|Republic of China|A/C, S Z|district|county||### ##### ######|100
TJ|TJK|Tajikistan||A/z C||||######|735450
TZ|TZA|Tanzania|United Republic of Tanzania|A/z C||||##### ####|6090
TH|THA|Thailand||A/C/s z||||#####|10150
TL|TLS|Timor-Leste|East Timor|A/C|||||
TG|TGO|Togo||A/C|||||
TK|TKL|Tokelau||A/C|||||
TO|TON|Tonga||A/C|||||
TT|TTO|Trinidad & Tobago|Trinidad and Tobago,Trinidad|A/C/z||||######|500234
TN|TUN|Tunisia||A/z C||||####|1002
TR|TUR|Türkiye|Turkey,Turkiye|A/Z C/s|district|||#####|01960
TM|TKM|Turkmenistan||A/z C||||######|744000
TC|TCA|Turks & Caicos Islands||A/C/Z||||TKCA1ZZ|TKCA 1ZZ
TV|TUV|Tuvalu||A/C/s||island|||
UM|UMI|U.S. Outlying Islands||A/C s z||state|ZIP code|##### #########|96898
VI|VIR|U.S. Virgin Islands||A/C Z|||ZIP code|##### #########|00802
UG|UGA|Uganda||A/C|||||
UA|UKR|Ukraine||A/C/s/Z||oblast||#####|15432
AE|ARE|United Arab Emirates|UAE,Emirates|A/S||emirate|||
GB|GBR|United Kingdom|UK,Great Britain,Britain,England,Scotland,Wales,Northern Ireland,United Kingdom of Great Britain and Northern Ireland|A/C/Z|post town||postcode|@##@@ @###@@ @@##@@ @@###@@ @#@#@@ @@#@#@@ GIR0AA BFPO# BFPO## BFPO### BFPO####|EC1Y 8SY
US|USA|United States|America,United States of America,The United States|A/C, S Z||state|ZIP code|##### #########|95014
UY|URY|Uruguay||A/z C s||||#####|11600
UZ|UZB|Uzbekistan||A/z C/s||||######|702100
VU|VUT|Vanuatu||A/C|||||
VA|VAT|Vatican City|Vatican,Holy See|A/z c||||#####|00120
VE|VEN|Venezuela||A/C z, S||state||####|1010
VN|VNM|Vietnam|Viet Nam|A/c/S z||||##### ######|70010
WF|WLF|Wallis & Futuna||A/Z C||||#####|98600
EH|ESH|Western Sahara||A/z C||||#####|70000
YE|YEM|Yemen||A/C|||||
ZM|ZMB|Zambia||A/z C||||#####|50100
ZW|ZWE|Zimbabwe||A/C|||||
`;
