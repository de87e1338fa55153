/** Common English words of 3 to 10 letters, chosen by hand; none reads the same from both ends. */
export const WORDS: readonly string[] = `
ant arm art ash axe bag ball bat bed bee bell bird boat bone book boot bowl boy brick bus cab cake camp can cap car card cat
chin clay coat coin cold cook corn cow crab cup dawn day deer desk dish dog door dress drum duck dust ear egg elm fan farm fish
flag flea flour fog fork fox frog fruit game gate gift girl glass goat gold grape grass ham hand harp hat hawk hay heart hen
hill horn house ice ink iron jam jar job joy key king kite knee lake lamp land leaf leg lid lime lion lip log map mask mat meal
milk mint moon moth mouse mouth mud nail neck nest net nose nut oak oar oil owl pan park path pear pen pie pig pin pine pipe
plum pond pot rain rake ram ring road rock roof root rope rose rug sail salt sand saw sea seal seat seed sheep ship shoe silk
sink sky snail snow soap sock song soup star stone street sugar sun swan table tail tea tent tie tile toast toe town toy train
tray tree truck tub van vase vine wall wand wave web well west wheat whale wind wing wolf wood wool world worm yard yarn year
zebra zinc about above acorn actor adult after again agent alarm album alone amber angel anger ankle apple april apron arena
arrow atlas attic aunt autumn award bacon badge baker banjo basil basin beach beard berry bible blade blanket blaze blind block
bloom board brain branch brand brave bread breeze bride bridge bright broom brother brown brush bucket bundle butter button
cabin cable cactus camel camera canal candle canoe canvas carpet carrot castle cattle cave ceiling cellar cement center chain
chair chalk charm cheek cheese cherry chess chest chicken child chimney church circle circus citizen city class clean clerk
cliff climb clock cloth cloud clown coach coast cobra coffee collar color comet copper corner cotton country couple cousin cover
cradle crane crayon cream creek cricket crown cube curtain cushion daisy dance danger daughter dentist desert diamond dinner
doctor dollar dolphin donkey double dragon drawer dream driver eagle early earth easel echo elbow elephant engine entry event
fabric face falcon family farmer father feather fence fern ferry fever field finger flame flock floor flower flute forest fossil
fountain frame friend frost funnel galaxy garage garden garlic giant ginger giraffe glacier globe glove glue goose grain gravel
green ground guitar hammer harbor harvest hazel heaven hedge helmet herring hobby hockey holiday honey hotel hunter island ivory
jacket jaguar jelly jewel jockey journey judge juice jungle kettle kitchen kitten knife ladder lantern laundry leather lemon
leopard letter library light lizard lobster locket lumber magnet mango maple marble market meadow melon metal mirror monkey
month morning mother motor mountain museum music mustard napkin needle nephew nickel night noodle north nurse ocean office olive
onion orange orchard orchid otter oyster paddle painter palace panda paper parade parent parrot peach peanut pebble pelican
pencil pepper petal piano picture pigeon pillow pilot pirate planet plant plate plaza pocket poem pony potato powder prince
puddle pumpkin puppet puzzle queen quilt rabbit radish ranch raven ribbon river robin rocket rubber saddle salad salmon sandal
saucer school scissors season shadow shark shelf shell shield shirt shore shovel silver sister skirt sleep sleeve smile smoke
snake soldier sparrow spider spinach spoon spring square squirrel stable station steam stomach storm story stove straw summer
sunset supper sweater tailor temple thimble thread throne thumb thunder tiger timber tomato tongue tooth tower tractor treasure
trumpet tulip tunnel turkey turtle uncle valley vanilla velvet village violin voice volcano wagon walnut water weather whisper
whistle willow window winter wizard woman yellow adventure afternoon alligator almond alphabet ambulance ancient anchor
apartment apricot architect artist astronomy athlete avocado balcony balloon banana bandage barbecue basement basketball battery
beautiful beginner biscuit blackbird blackboard bookshelf breakfast building butterfly buttermilk cabbage calendar candidate
capital cardboard carpenter cathedral celebrate century champion character charcoal chemistry chestnut chocolate cinnamon
clarinet classroom coconut collection community companion compass composer concert continent cottage crocodile cucumber cupboard
customer darkness decoration delicate delicious democracy dictionary different difficult dinosaur discovery education eleven
emerald engineer envelope equator evening everything excellent exercise experiment explorer eyebrow factory fantastic festival
fiction fireplace firewood flamingo football forever forgotten fortunate foundation fragment freedom furniture gallery gardener
gasoline generation geography gentleman government graduate grapefruit gymnasium habitat hamster happiness harmony headline
hedgehog hemisphere highway historian hospital household hurricane icicle important insect instrument interview invention
invitation jellyfish justice kangaroo keyboard kingdom knowledge landscape language lemonade lighthouse limestone literature
machine magazine magician mandarin marathon mayonnaise measure medicine melody merchant message microscope midnight minister
minute moisture monument mosquito motorcycle mushroom musician mystery narrative national neighbor newspaper nightfall nightmare
notebook nothing number nursery objective observer octopus operation opposite orchestra ordinary original ostrich outside oxygen
package panther paradise paragraph passenger passport patience pavement peninsula perfume permanent philosophy photograph
pineapple plankton playground plumber politician population porcupine porridge portrait possible practical president printer
professor promise property purple pyramid quality quarter question quicksand railroad rainbow raspberry recipe rectangle
remember restaurant rhythm sandwich satellite saturday scarecrow scientist sculpture secretary seventeen shepherd signature
skeleton snowflake solution something spaceship spectacle staircase starfish strawberry structure submarine sunflower sunlight
surprise swimming symphony teaspoon telephone telescope television theater thousand together tomorrow tortoise tradition
triangle tropical twilight umbrella umpire universe vacation vegetable victory vinegar vocabulary volunteer waterfall watermelon
wednesday weekend wilderness windmill wonderful woodpecker workshop yesterday youngster
`
  .trim()
  .split(/\s+/);
