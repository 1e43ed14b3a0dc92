"""How many are hit: families of words. Data."""

EVERYBODY = (
    "all everyone everybody nobody no_one none entire entirely everything whole completely totally fully globally global worldwide site_wide sitewide company_wide "
    "anywhere everywhere across_the_board neither anymore any_more every each any_user any_customer nationwide country_wide total_outage complete_outage full_outage "
    "wholesale without_exception 100% nothing_works anybody any_region any_browser any_device full_loss complete_loss total loss_of_service cluster_wide clusterwide "
    "fleetwide citywide city_wide nothing_has any_store any_shop any_platform fleet_wide network_wide thousands"
)
MOST = "half most majority two_thirds three_quarters nine_of_ten nearly_all almost_all almost_every nearly_every"
SOME = (
    "many some several lot part partly subset third quarter fifth tenth region certain various plenty number_of multiple share numerous every_second every_fourth "
    "every_other android ios iphone ipad safari firefox chrome windows mac linux version eu us uk apac emea latam carrier isp zone selected group of_our cohort "
    "segment premium enterprise plan proxy browser building plant floor depot ward tier beta_users tablet model firmware batch european american asian africa europe "
    "asia america australia germany france spain italy japan india brazil canada north south east west coast state country city district small_number brand "
    "small_percentage team older newer two_factor network_provider those_who who_have users_with customers_with accounts_with mobile desktop warehouse northern "
    "southern eastern western platform outlook campus class hub"
)
FEW = (
    "handful isolated rare rarely edge_case only_one one_of_our a_few_reports single_report one_off largest_customer biggest_customer single_customer single_tenant "
    "vip me mr ms individual_cases one_machine one_laptop one_school one_store one_shop one_company one_colleague"
)
PEOPLE = (
    "customer user client player merchant visitor passenger patient caller people person subscriber driver student staff shop store member guest seller buyer tenant "
    "partner courier rider viewer listener employee colleague doctor nurse pharmacist reader shopper cardholder traveller traveler trader household teacher operator "
    "picker developer company companies organisation organization account pupil parent resident citizen supplier vendor reseller participant donor technician "
    "engineer agent clinic hospital school restaurant host landlord policyholder family families attendee fan spectator manager carer caregiver tourist commuter "
    "motorist pilot crew chef waiter cook cashier dispatcher freelancer contractor homeowner owner creator streamer publisher advertiser author editor journalist "
    "candidate applicant voter taxpayer officer soldier firefighter paramedic surgeon consultant dentist vet farmer shipper haulier broker investor lender borrower "
    "claimant beneficiary child children adult"
)
